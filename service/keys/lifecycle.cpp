#include "service/keys/lifecycle.h"

#include <algorithm>

#include "hsm/error.h"
#include "service/keys/lifecycle_details.h"

namespace strongroom::keys {
namespace {

/// How long an automatic rotation that failed is not begun again: each attempt can leave an object
/// in the token, and a period is counted in months.
constexpr std::chrono::days kRestAfterFailure{1};

/// The next date by whole periods after the one that was due; a service that stood still for long
/// rotates once and not once for each period it missed.
void moveNextRotation(KeyRecord& key, TimePoint now) {
  if (!key.nextRotation) return;  // switched off meanwhile
  const std::chrono::days period(key.rotationPeriodDays);
  do {
    *key.nextRotation += period;
  } while (*key.nextRotation <= now);
}

/// Called before an intent is recorded: what is recorded too late to be made is only a leftover.
void requireTime(hsm::Deadline deadline) {
  if (std::chrono::steady_clock::now() < deadline) return;
  throw hsm::Error(hsm::ErrorCode::kBusy, "the deadline passed before the key was begun");
}

}  // namespace

Lifecycle::Lifecycle(MetadataStore& store, Tokens& tokens, BindingKeys& bindings,
                     const Clock& clock, StepObserver observer, ClockJumps clockJumps)
    : store_(store),
      tokens_(tokens),
      bindings_(bindings),
      clock_(clock),
      observer_(std::move(observer)),
      clockJumps_(clockJumps),
      clockGuard_(clock.now(), std::chrono::steady_clock::now()) {}

void Lifecycle::step(const std::string& name) const {
  if (observer_) observer_(name);
}

std::string Lifecycle::nameOf(const Token& token) const {
  return tokens_.all().size() == 1 ? "the token" : "[" + token.name() + "]";
}

Lifecycle::Turn Lifecycle::takeTurn(hsm::Deadline deadline) {
  Turn turn(changing_, deadline);
  if (!turn) {
    throw hsm::Error(hsm::ErrorCode::kBusy, "other rotations or deletions took until the deadline");
  }
  return turn;
}

void Lifecycle::makeObject(Token& token, const KeyRef& ref, const std::string& stepPrefix,
                           hsm::Deadline deadline) {
  bool generated = false;
  try {
    token.hsm().generateKey(ref, deadline);
    generated = true;
    step(stepPrefix + "object generated");
    token.hsm().verifyKey(ref, deadline);
    step(stepPrefix + "object verified");
  } catch (const hsm::Error& error) {
    // The one answer that tells for sure that there is no object.
    const bool nothingMade = !generated && error.code() == hsm::ErrorCode::kTokenFull;
    keysLogger().warning(describe(ref) + " was not made in " + nameOf(token) + ", its intent " +
                         (nothingMade ? "is withdrawn: " : "stays recorded: ") + error.what());
    if (nothingMade) store_.withdrawIntent(ref);
    throw;
  }
}

KeyRecord Lifecycle::createKey(KeyRecord key, const std::vector<Tag>& tags,
                               hsm::Deadline deadline) {
  Token& home = tokens_.forNewKeys();
  home.hsm().probe(deadline);
  requireTime(deadline);
  key.state = KeyState::kCreating;
  key.currentVersion = 0;
  store_.recordIntent(key, tags, home.requireNumber());
  step("intent recorded");
  const KeyRef first{key.id, 1};
  makeObject(home, first, "", deadline);
  store_.makeVisible(first, [&](KeyRecord& visible) { key = visible; });
  step("record visible");
  return key;
}

std::optional<KeyRecord> Lifecycle::rotateKey(const KeyId& key, RotationType type,
                                              hsm::Deadline deadline) {
  const Turn turn = takeTurn(deadline);
  return rotateAlone(key, type, deadline);
}

KeyRef Lifecycle::nextVersion(const KeyRecord& key, hsm::Deadline deadline) {
  KeyRef last = key.current();
  for (const KeyVersion& intent : store_.intents()) {
    if (intent.ref.key == key.id) last.version = std::max(last.version, intent.ref.version);
  }
  // A token knows versions that a store restored from a backup does not; an intent of the same
  // number would make such an object look like one that was never used.
  for (Token& token : tokens_.all()) {
    const bool isHome = &token == &tokens_.forNewKeys();
    try {
      const auto patience = isHome ? deadline : halfWayTo(deadline);
      for (const KeyRef& ref : versionsOf(key.id, token.hsm().listKeys(patience))) {
        last.version = std::max(last.version, ref.version);
      }
    } catch (const hsm::Error&) {
      // A key of a lost token is to have a future in another one.
      if (isHome) throw;
    }
  }
  return {key.id, last.version + 1};
}

std::optional<KeyRecord> Lifecycle::rotateAlone(const KeyId& key, RotationType type,
                                                hsm::Deadline deadline) {
  std::optional<KeyRecord> record = store_.findKey(key);
  if (!record) return std::nullopt;
  const KeyRef next = nextVersion(*record, deadline);
  Token& home = tokens_.forNewKeys();
  home.hsm().probe(deadline);  // after the listing, which counts only if it is our token's
  requireTime(deadline);

  store_.recordVersionIntent({next, false, clock_.now(), type, home.requireNumber()});
  if (type == RotationType::kAutomatic) restUntil_[key] = clock_.now() + kRestAfterFailure;
  step("rotation: intent recorded");
  makeObject(home, next, "rotation: ", deadline);
  store_.makeVisible(next, [&](KeyRecord& visible) {
    if (type == RotationType::kAutomatic) moveNextRotation(visible, clock_.now());
    record = visible;
  });
  restUntil_.erase(key);
  step("rotation: record visible");
  return record;
}

std::size_t Lifecycle::rotateDueKeys(hsm::Deadline deadline) {
  const Turn turn = takeTurn(deadline);
  std::vector<KeyId> due = store_.dueRotations(clock_.now());
  std::erase_if(due, [&](const KeyId& key) {
    const auto rest = restUntil_.find(key);
    return rest != restUntil_.end() && clock_.now() < rest->second;
  });
  if (due.empty()) return 0;
  tokens_.forNewKeys().hsm().probe(deadline);
  return forEachKey(due, "rotated", [&](const KeyId& key) {
    return rotateAlone(key, RotationType::kAutomatic, deadline).has_value();
  });
}

}  // namespace strongroom::keys
