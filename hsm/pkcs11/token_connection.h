#pragma once

#include <mutex>
#include <utility>

#include "hsm/deadline_mutex.h"
#include "hsm/pkcs11/handle_cache.h"
#include "hsm/pkcs11/object_medium.h"
#include "hsm/pkcs11/profile.h"
#include "hsm/pkcs11/session_pool.h"
#include "hsm/pkcs11/token_info.h"

namespace strongroom::hsm::pkcs11 {

/// A token that we are logged in to: its sessions, its handles, and how both recover. Every work
/// gets a lease, and the lease is discarded when the work throws. Thread-safe.
///
/// Order of locks: the administration lock before a lease, never the other way round.
class TokenConnection {
 public:
  TokenConnection(Module& module, Token token, SecretBytes pin, std::size_t sessions,
                  Renewal renewal = Renewal::kLogIn);

  /// Runs `work(Lease&)` once: for what must not be repeated. What the failure broke is mended for
  /// the next call.
  template <class Work>
  auto once(Deadline deadline, Work&& work) {
    Attempt attempt;
    return mending(attempt, deadline, [&] { return runOnLease(attempt, deadline, work); });
  }

  /// Runs `work(Lease&)`, and once more when what made it fail could be mended.
  template <class Work>
  auto repeatable(Deadline deadline, Work&& work) {
    return repeating(deadline,
                     [&](Attempt& attempt) { return runOnLease(attempt, deadline, work); });
  }

  /// Runs `work(Lease&, CK_OBJECT_HANDLE)` on the key `ref` under the administration lock, and once
  /// more only when the module refused the handle. Throws kKeyNotFound, and kKeyUnusable for a
  /// duplicate.
  template <class Work>
  auto administerKey(const KeyRef& ref, Deadline deadline, Work&& work) {
    const auto administration = administer(deadline);
    Attempt attempt{.ref = &ref, .administering = true};
    const auto tryIt = [&] { return runOnKey(attempt, deadline, work); };
    try {
      return tryIt();
    } catch (const Error& error) {
      if (!isStaleHandle(error)) {
        mendForTheNext(error, attempt, deadline);
        throw;
      }
      mend(error, attempt, deadline);
    }
    // A handle that names nothing cannot have had anything done to it, and the second try finds the
    // object by its name again: should the module be wrong, that search says so.
    return mending(attempt, deadline, tryIt);
  }

  /// Runs `work(Lease&, CK_OBJECT_HANDLE)` on the key `ref`, and once more when what made it fail
  /// could be mended.
  template <class Work>
  auto repeatableWithKey(const KeyRef& ref, Deadline deadline, Work&& work) {
    return repeating(deadline, [&](Attempt& attempt) {
      attempt.ref = &ref;
      return runOnKey(attempt, deadline, work);
    });
  }

  /// The one lock for creating, destroying and finding objects. Throws kBusy at the deadline.
  std::unique_lock<DeadlineMutex> administer(Deadline deadline);

  /// Finds every object of ours anew, in one pass. The caller holds the administration lock.
  Handles findAll(Deadline deadline);

  /// Whether the login of `generation` still stands; renews it when not, and throws when that
  /// fails. Without a login a token shows no private object and reports no error: that nothing was
  /// found says something only after this.
  bool isLoggedIn(std::uint64_t generation, Deadline deadline);

  HandleCache& handles() { return handles_; }
  const HandleCache& handles() const { return handles_; }
  const SessionPool& pool() const { return pool_; }
  const Token& token() const { return token_; }
  const Profile& profile() const { return profile_; }
  const ObjectMedium& medium() const { return medium_; }

 private:
  /// What recovery has to know of a failed try.
  struct Attempt {
    const KeyRef* ref = nullptr;   ///< the key it was about
    bool administering = false;    ///< it holds the administration lock already
    std::uint64_t generation = 0;  ///< of the lease that it ran on; 0 before there was one
  };

  template <class Work>
  auto runOnLease(Attempt& attempt, Deadline deadline, Work& work) {
    Lease lease = pool_.lease(deadline);
    attempt.generation = lease.generation();
    return guarded(lease, [&] { return work(lease); });
  }

  template <class Work>
  auto runOnKey(Attempt& attempt, Deadline deadline, Work& work) {
    while (true) {
      {
        Lease lease = pool_.lease(deadline);
        attempt.generation = lease.generation();
        if (const auto handle = handles_.find(*attempt.ref, lease.generation())) {
          refuseAmbiguous(*attempt.ref, *handle);
          return guarded(lease, [&] { return work(lease, *handle); });
        }
        // Whoever administers looks for himself: on his verdict a key is forgotten.
        if (!attempt.administering && handles_.isAbsent(*attempt.ref, lease.generation())) {
          refuseAbsent(*attempt.ref);
        }
      }  // no lease is held while we wait for the administration lock
      findHandle(attempt, deadline);
    }
  }

  /// A session that saw an error is closed: nobody knows what state it is in.
  template <class Work>
  static auto guarded(Lease& lease, Work&& work) {
    try {
      return work();
    } catch (...) {
      lease.discard();
      throw;
    }
  }

  template <class Try>
  auto mending(Attempt& attempt, Deadline deadline, Try&& tryIt) {
    try {
      return tryIt();
    } catch (const Error& error) {
      mendForTheNext(error, attempt, deadline);
      throw;
    }
  }

  template <class Try>
  auto repeating(Deadline deadline, Try&& tryIt) {
    Attempt attempt;
    try {
      return tryIt(attempt);
    } catch (const Error& error) {
      if (!mend(error, attempt, deadline)) throw;
    }
    return tryIt(attempt);
  }

  static bool isStaleHandle(const Error& error);
  [[noreturn]] static void refuseAbsent(const KeyRef& ref);
  static void refuseAmbiguous(const KeyRef& ref, CK_OBJECT_HANDLE handle);
  void findHandle(Attempt& attempt, Deadline deadline);
  bool mend(const Error& error, const Attempt& attempt, Deadline deadline);
  void mendForTheNext(const Error& error, const Attempt& attempt, Deadline deadline);

  const Token token_;
  const Profile& profile_;
  const ObjectMedium medium_;
  SessionPool pool_;
  HandleCache handles_;
  DeadlineMutex administration_;
};

}  // namespace strongroom::hsm::pkcs11
