#include "service/keys/lifecycle.h"
#include "service/keys/lifecycle_details.h"

namespace strongroom::keys {

bool Lifecycle::trustsClock() {
  if (clockJumps_ == ClockJumps::kBelieve) return true;
  const auto verdict = clockGuard_.look(clock_.now(), std::chrono::steady_clock::now());
  if (verdict == ClockGuard::Verdict::kJumped) {
    keysLogger().error(
        "the system's clock jumped by more than an hour, or the machine slept: no key is destroyed "
        "for 24 hours. Check the date; a restart of the service takes it as right");
  }
  return verdict == ClockGuard::Verdict::kTrusted;
}

std::size_t Lifecycle::destroyDueKeys(hsm::Deadline deadline) {
  const Turn turn = takeTurn(deadline);
  if (!trustsClock()) return 0;
  const std::vector<KeyId> destroying = store_.beginDueDeletions(clock_.now());
  if (destroying.empty()) return 0;
  step("destroying recorded");

  // Another token would hold none of the objects, and every key would seem to be gone already.
  hsm_.probe(deadline);
  // Both views, so that an object which only one of them knows is destroyed too.
  const std::vector<KeyRef> recorded = store_.allVersions();
  const std::vector<KeyRef> unrecorded = difference(hsm_.listKeys(deadline), recorded);
  return forEachKey(destroying, "destroyed", [&](const KeyId& key) {
    for (const KeyRef& ref : versionsOf(key, recorded)) destroyObject(ref, deadline);
    for (const KeyRef& ref : versionsOf(key, unrecorded)) destroyObject(ref, deadline);
    requireDestroyed(key, deadline);
    bindings_.forget(key);
    store_.forgetKey(key);
    step("record forgotten");
    return true;
  });
}

void Lifecycle::destroyObject(const KeyRef& ref, hsm::Deadline deadline) {
  try {
    hsm_.destroyKey(ref, deadline);
  } catch (const hsm::Error& error) {
    if (error.code() != hsm::ErrorCode::kKeyNotFound) throw;
    // Destroyed before a crash, or never made: an intent that failed.
    keysLogger().warning(describe(ref) + " is to be destroyed and is not in the token");
    return;
  }
  keysLogger().warning("destroyed " + describe(ref) +
                       " in the token, irrevocably: nothing encrypted under it can be decrypted "
                       "again");
  step("object destroyed");
}

void Lifecycle::requireDestroyed(const KeyId& key, hsm::Deadline deadline) {
  const std::vector<KeyRef> left = versionsOf(key, hsm_.listKeys(deadline));
  if (!left.empty()) {
    throw hsm::Error(hsm::ErrorCode::kFault,
                     "the token still holds " + describe(left.front()) + "; its record is kept");
  }
  // After the listing: it is worth something only if it was this token that was listed.
  hsm_.probe(deadline);
}

}  // namespace strongroom::keys
