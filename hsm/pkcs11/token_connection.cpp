#include "hsm/pkcs11/token_connection.h"

#include <algorithm>

#include "hsm/pkcs11/object_names.h"
#include "hsm/pkcs11/templates.h"

namespace strongroom::hsm::pkcs11 {
namespace {

/// Two of one name are an error already; the others may turn out to be foreign.
constexpr std::size_t kMostOfOneName = 8;

/// What the pool may hold: the token's own limit counts the anchor too. 0 and "unavailable" say
/// that there is none.
std::size_t sessionLimit(const Token& token, const Profile& profile, std::size_t configured) {
  if (profile.oneSession) return 1;
  const CK_ULONG reported = token.info.ulMaxRwSessionCount;
  const bool known = reported != CK_EFFECTIVELY_INFINITE && reported != CK_UNAVAILABLE_INFORMATION;
  const std::size_t allowed = known ? reported - 1 : configured;
  return std::max<std::size_t>(1, std::min(configured, allowed));
}

}  // namespace

TokenConnection::TokenConnection(Module& module, Token token, SecretBytes pin, std::size_t sessions,
                                 Renewal renewal)
    : token_(token),
      profile_(profileFor(module, token)),
      medium_(profile_, token_),
      pool_(module, token.slot, std::move(pin), sessionLimit(token, profile_, sessions), renewal) {}

std::unique_lock<DeadlineMutex> TokenConnection::administer(Deadline deadline) {
  std::unique_lock lock(administration_, deadline);
  if (!lock) {
    throw Error(ErrorCode::kBusy,
                "the token's administration lock was not free before the deadline");
  }
  return lock;
}

Handles TokenConnection::findAll(Deadline deadline) {
  while (true) {
    std::uint64_t generation = 0;
    Handles found = repeatable(deadline, [&](Lease& lease) {
      generation = lease.generation();
      return findOurObjects(lease, profile_.findBatch);
    });
    if (!isLoggedIn(generation, deadline)) continue;
    handles_.replace(found, generation);
    return found;
  }
}

bool TokenConnection::isLoggedIn(std::uint64_t generation, Deadline deadline) {
  pool_.restore(generation, Recovery::kNone, deadline);
  return pool_.generation() == generation;
}

void TokenConnection::findHandle(Attempt& attempt, Deadline deadline) {
  const KeyRef& ref = *attempt.ref;
  std::unique_lock<DeadlineMutex> administration;
  if (!attempt.administering) administration = administer(deadline);
  Lease lease = pool_.lease(deadline);
  attempt.generation = lease.generation();
  if (handles_.find(ref, lease.generation())) return;  // another thread has just found it
  guarded(lease, [&] {
    if (handles_.generation() != lease.generation()) {
      // Every handle is stale: one pass over the token is cheaper than one for each key.
      handles_.replace(findOurObjects(lease, profile_.findBatch), lease.generation());
      if (handles_.find(ref, lease.generation())) return;
      // The pass leaves out what it cannot read: only a search by name says that a key is gone.
    }
    Template search = searchTemplate(ref);
    auto found = findObjects(lease, search, kMostOfOneName, kMostOfOneName);
    // With our id and another label it is somebody else's, or its name is not told truly: that the
    // key is gone, it does not say.
    const std::size_t others = std::erase_if(found, [&](CK_OBJECT_HANDLE object) {
      const ObjectName name = nameOf(lease, object);
      return name.readable && name.ref != ref;
    });
    if (found.empty() && others > 0) {
      throw Error(ErrorCode::kKeyUnusable,
                  "the object with the id of " + labelOf(ref) + " bears another name");
    }
    if (found.size() == 1) handles_.insert(ref, found.front(), lease.generation());
    if (found.size() > 1) handles_.insert(ref, kAmbiguous, lease.generation());
  });
  if (handles_.find(ref, lease.generation())) return;
  if (!isLoggedIn(lease.generation(), deadline)) return;  // the caller looks again
  handles_.insertAbsent(ref, lease.generation());
  refuseAbsent(ref);
}

bool TokenConnection::isStaleHandle(const Error& error) {
  return meaningOf(error.returnValue()).recovery == Recovery::kFindHandle;
}

void TokenConnection::refuseAbsent(const KeyRef& ref) {
  throw Error(ErrorCode::kKeyNotFound, "the token holds no object " + labelOf(ref));
}

void TokenConnection::refuseAmbiguous(const KeyRef& ref, CK_OBJECT_HANDLE handle) {
  if (handle != kAmbiguous) return;
  throw Error(ErrorCode::kKeyUnusable,
              "the token holds more than one object " + labelOf(ref) + ": remove the false one");
}

bool TokenConnection::mend(const Error& error, const Attempt& attempt, Deadline deadline) {
  const Recovery recovery = meaningOf(error.returnValue()).recovery;
  if (recovery == Recovery::kNone || recovery == Recovery::kReinitialise) return false;
  if (attempt.generation == 0) return false;
  if (recovery == Recovery::kFindHandle && attempt.ref != nullptr) handles_.forget(*attempt.ref);
  // A stale handle may be all that shows of a lost login, so the login is looked at in every case.
  pool_.restore(attempt.generation, recovery, deadline);
  return true;
}

void TokenConnection::mendForTheNext(const Error& error, const Attempt& attempt,
                                     Deadline deadline) {
  try {
    mend(error, attempt, deadline);
  } catch (const Error&) {
    // The caller hears of the error that he met; the next call will meet this one by itself.
  }
}

}  // namespace strongroom::hsm::pkcs11
