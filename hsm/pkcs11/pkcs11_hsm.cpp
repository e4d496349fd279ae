#include "hsm/pkcs11/pkcs11_hsm.h"

#include "hsm/pkcs11/object_names.h"
#include "hsm/pkcs11/token_keys.h"

namespace strongroom::hsm::pkcs11 {
namespace {

/// For all of opening: a token with 10,000 keys takes SoftHSM half a second to read.
constexpr std::chrono::seconds kOpeningPatience{60};

constexpr std::string_view kWitnessMessage = "strongroom/witness";

/// Throws kKeyNotFound unless `handles` hold the binding key exactly once.
void requireBindingKey(const Handles& handles, const TokenDescription& token) {
  const auto entry = handles.find(kBindingKeyRef);
  if (entry != handles.end() && entry->second != kAmbiguous) return;
  const char* problem = entry == handles.end()
                            ? "' holds no binding key: it was not provisioned for Strongroom, or "
                              "its provisioning was cut short; "
                            : "' holds more than one binding key; ";
  throw Error(ErrorCode::kKeyNotFound,
              "the token '" + token.label + problem +
                  "make a new token with `strongroom token init` (with --adopt: take over one that "
                  "another tool made), or restore this one from its backup");
}

}  // namespace

Pkcs11Hsm::Pkcs11Hsm(std::unique_ptr<Module> module, const Token& token, SecretBytes pin,
                     std::size_t sessions, Renewal renewal, bool allowUnsafe)
    : module_(std::move(module)),
      description_(pkcs11::describe(*module_, token)),
      token_(*module_, token, std::move(pin), sessions, renewal) {
  const Deadline deadline = deadlineIn(kOpeningPatience);
  const WrapMechanism wrap = requireMechanisms(*module_, token.slot, token_.profile());
  trial_ = token_.once(deadline, [wrap](Lease& lease) { return tryToken(lease, wrap); });
  description_.longestDataKey = trial_.longestDataKey;
  description_.dangers = dangersOf(trial_);
  if (!allowUnsafe) refuseDangers(description_.dangers);
  {
    const auto administration = token_.administer(deadline);
    requireBindingKey(token_.findAll(deadline), description_);
  }
  token_.repeatableWithKey(kBindingKeyRef, deadline, [this](Lease& lease, CK_OBJECT_HANDLE key) {
    verifyAttributes(lease, token_.profile(), kBindingKeyRef, key, trial_);
  });
  witnessAtStart_ = witness(deadline);
}

SecretBytes Pkcs11Hsm::witness(Deadline deadline) {
  return bindingMac(asBytes(kWitnessMessage), deadline);
}

void Pkcs11Hsm::probe(Deadline deadline) {
  token_.repeatable(deadline, [this](Lease& lease) { tryWrapping(lease, trial_); });
  if (witness(deadline) == witnessAtStart_) return;
  throw Error(ErrorCode::kKeyUnusable,
              "the token's binding key is another one than at start: the token was initialised "
              "anew or exchanged under the running service");
}

Statistics Pkcs11Hsm::statistics() const {
  const SessionPool::Counters pool = token_.pool().counters();
  return {.calls = module_->counters().read(),
          .sessionLimit = pool.limit,
          .sessionsOpen = pool.open,
          .sessionsLeased = pool.leased,
          .sessionsDiscarded = pool.discarded,
          .leaseWaits = pool.waits,
          .leaseTimeouts = pool.timeouts,
          .leaseWaitSeconds = pool.waitSeconds,
          .logins = pool.logins,
          .keysCached = token_.handles().size()};
}

}  // namespace strongroom::hsm::pkcs11
