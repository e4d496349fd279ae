#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

#include "hsm/deadline_mutex.h"
#include "hsm/hsm.h"
#include "hsm/pkcs11/session.h"
#include "hsm/secret_bytes.h"

namespace strongroom::hsm::pkcs11 {

class SessionPool;

/// A session borrowed from the pool until the lease ends. Move-only; used by one thread at a time;
/// ends before its pool.
class Lease {
 public:
  ~Lease();
  Lease(Lease&& other) noexcept;
  Lease& operator=(Lease&&) = delete;
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;

  /// Calls a function on the session. Throws kBusy instead of calling when the deadline has passed.
  /// CKR_SESSION_CLOSED, and no call, when the pool is a generation further: the session's number
  /// may be another session's by now, and the object handles of its user other objects'.
  template <class Pointer, class... Arguments>
  CK_RV call(const Function<Pointer>& function, Arguments... arguments) {
    refuseWhenLate(function.name());
    return callEvenLate(function, arguments...);
  }

  /// call(), and an Error for anything but CKR_OK.
  template <class Pointer, class... Arguments>
  void invoke(const Function<Pointer>& function, Arguments... arguments) {
    check(call(function, arguments...), function.name());
  }

  /// Calls a function whatever the time: for cleaning up.
  template <class Pointer, class... Arguments>
  CK_RV callEvenLate(const Function<Pointer>& function, Arguments... arguments) {
    if (isOfThePast()) return CKR_SESSION_CLOSED;
    return session_->call(function, arguments...);
  }

  /// The session is closed instead of given back: for every call that failed unexpectedly, since
  /// nobody knows what state it left behind.
  void discard() { discarded_ = true; }

  /// The pool's generation when the session was leased.
  std::uint64_t generation() const { return generation_; }

 private:
  friend class SessionPool;
  Lease(SessionPool& pool, Session session, std::uint64_t generation, Deadline deadline);
  void refuseWhenLate(std::string_view call) const;
  bool isOfThePast() const;

  SessionPool* pool_;
  std::optional<Session> session_;
  std::uint64_t generation_;
  Deadline deadline_;
  bool discarded_ = false;
};

/// What a pool does about a lost login.
enum class Renewal : std::uint8_t {
  kLogIn,
  kFail,  ///< nothing: whoever opened the token opens it anew, and knows what the PIN has cost
};

/// The sessions with one token. An anchor session logs in once, stays open for the pool's whole
/// life and is never leased: closing a token's last session would log it out. The others are
/// bounded in number, opened when first needed and leased one thread at a time. One that cannot be
/// closed keeps its place, so that a token's trouble does not use up its sessions. Thread-safe.
class SessionPool {
 public:
  struct Counters {
    std::uint64_t limit, open, leased, discarded, waits, timeouts, logins;
    double waitSeconds;
  };

  /// Opens the anchor and logs in. Throws hsm::Error, kPinRefused among them. `limit` is at
  /// least 1.
  SessionPool(Module& module, CK_SLOT_ID slot, SecretBytes pin, std::size_t limit,
              Renewal renewal = Renewal::kLogIn);

  /// Every lease has ended before.
  ~SessionPool() = default;
  SessionPool(const SessionPool&) = delete;
  SessionPool& operator=(const SessionPool&) = delete;

  /// A free session, or a new one below the limit, under a login that stands as far as is known.
  /// Throws kBusy when none becomes free before `deadline`, and why there can be none.
  Lease lease(Deadline deadline);

  /// Rises whenever sessions or login turn out to be lost: object handles found under an older
  /// generation are stale.
  std::uint64_t generation() const { return generation_.load(std::memory_order_acquire); }

  /// Makes the login good again after a call under generation `seen` failed with `recovery`: looks
  /// at the anchor, reopens it when it died, logs in again when the login is lost. One thread does
  /// it, the others wait for it. A PIN that was refused once is not given again: kPinRefused from
  /// then on. With Renewal::kFail, kTokenUnavailable where a login would be needed.
  void restore(std::uint64_t seen, Recovery recovery, Deadline deadline);

  Counters counters() const;

 private:
  friend class Lease;
  /// None while the login is not good, or when it turned out to be lost and was renewed.
  std::optional<Lease> leaseOfAnyLogin(Deadline deadline);
  /// A place for a new session, whose lock is `lock`: one that is free, or that of a session that
  /// could not be closed before.
  void takePlace(std::unique_lock<std::mutex>& lock);
  Session openInPlace();
  /// Ends a session that was opened a moment ago, so that its number is its own, and frees its
  /// place if that could be done.
  void endNew(Session session) noexcept;
  void giveBack(Session session, std::uint64_t generation, bool discarded) noexcept;
  /// Ends a session that has a place, and frees the place if that could be done.
  void end(Session session, std::uint64_t generation) noexcept;

  /// Asks the token; `value` is what it answered.
  static bool isLoggedIn(Session& session, CK_RV& value);

  // Under restoring_.
  std::unique_lock<DeadlineMutex> restoring(Deadline deadline);
  /// Ends an anchor that answered `value` to a question. Throws when it can neither be used nor
  /// ended.
  void endAnchor(CK_RV value);
  /// Nothing of this generation is used any more, and there are no leases until establish().
  void beginGeneration();
  /// Opens the anchor when there is none, and logs in.
  void establish();
  /// What becomes of the sessions of earlier generations: closed when they live, else forgotten.
  void settle(bool alive);
  void logIn();

  Module& module_;
  const CK_SLOT_ID slot_;
  SecretBytes pin_;  ///< empty once it was given for the last time
  const std::size_t limit_;
  const Renewal renewal_;
  Session anchor_;  ///< touched by the constructor and under restoring_ only
  DeadlineMutex restoring_;
  std::atomic<bool> established_{true};  ///< no loss of anchor or login is known
  std::atomic<std::uint64_t> generation_{1};
  std::atomic<bool> pinRefused_{false};
  std::atomic<std::uint64_t> logins_{0};

  mutable std::mutex mutex_;
  std::condition_variable freed_;
  std::vector<Session> idle_;      ///< reserved to the limit, so that giving back cannot throw
  std::vector<Session> unclosed_;  ///< of no use, but not closed yet; reserved likewise
  std::size_t open_ = 0;           ///< places taken: idle, leased, unclosed; without the anchor
  std::uint64_t aliveSince_ = 1;   ///< the sessions of generations before this one are gone
  std::uint64_t discarded_ = 0;
  std::uint64_t waits_ = 0;
  std::uint64_t timeouts_ = 0;
  std::chrono::nanoseconds waited_{0};
};

}  // namespace strongroom::hsm::pkcs11
