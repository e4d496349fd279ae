#include "hsm/pkcs11/session_pool.h"

#include <utility>

namespace strongroom::hsm::pkcs11 {

SessionPool::SessionPool(Module& module, CK_SLOT_ID slot, SecretBytes pin, std::size_t limit,
                         Renewal renewal)
    : module_(module),
      slot_(slot),
      pin_(std::move(pin)),
      limit_(limit),
      renewal_(renewal),
      anchor_(module, slot) {
  idle_.reserve(limit_);
  unclosed_.reserve(limit_);
  logIn();
  if (renewal_ == Renewal::kFail) pin_ = SecretBytes();
}

Lease SessionPool::lease(Deadline deadline) {
  // More losses than that in the time of one lease are none, but a token that tells nonsense of its
  // sessions.
  constexpr std::uint64_t kMostLosses = 3;
  const std::uint64_t atFirst = generation();
  while (true) {
    if (generation() - atFirst > kMostLosses) {
      throw Error(ErrorCode::kTokenUnavailable, "new sessions are not logged in after C_Login");
    }
    if (!established_) {
      const auto flight = restoring(deadline);
      if (!established_) establish();
    }
    std::optional<Lease> lease = leaseOfAnyLogin(deadline);
    // Else a generation began meanwhile, and may not be logged in yet: then searches would find
    // nothing and report no error.
    if (lease && established_) return std::move(*lease);
  }
}

std::optional<Lease> SessionPool::leaseOfAnyLogin(Deadline deadline) {
  std::unique_lock lock(mutex_);
  const auto available = [this] {
    return !established_ || !idle_.empty() || !unclosed_.empty() || open_ < limit_;
  };
  if (!available()) {
    ++waits_;
    const auto start = std::chrono::steady_clock::now();
    const bool inTime = freed_.wait_until(lock, deadline, available);
    waited_ += std::chrono::steady_clock::now() - start;
    if (!inTime) {
      ++timeouts_;
      throw Error(ErrorCode::kBusy, "no session with the token became free before the deadline");
    }
  }
  // Before the login is good again nobody can tell an unclosed session from a new one with its
  // number.
  if (!established_) return std::nullopt;
  const std::uint64_t openedUnder = generation();
  if (!idle_.empty()) {
    Session session = std::move(idle_.back());
    idle_.pop_back();
    return Lease(*this, std::move(session), openedUnder, deadline);
  }
  takePlace(lock);
  lock.unlock();
  Session session = openInPlace();
  CK_RV value = CKR_OK;
  const bool loggedIn = isLoggedIn(session, value);
  // Should a generation have begun meanwhile, nobody can tell of which one the session is.
  if (loggedIn && generation() == openedUnder) {
    return Lease(*this, std::move(session), openedUnder, deadline);
  }
  endNew(std::move(session));
  check(value, kGetSessionInfo.name());
  if (std::chrono::steady_clock::now() >= deadline) {
    throw Error(ErrorCode::kBusy, "the login was not renewed before the deadline");
  }
  // It was opened after a loss that no call had met yet.
  if (!loggedIn) restore(openedUnder, Recovery::kLogIn, deadline);
  return std::nullopt;
}

void SessionPool::takePlace(std::unique_lock<std::mutex>& lock) {
  if (open_ < limit_) {
    ++open_;
    return;
  }
  Session session = std::move(unclosed_.back());
  unclosed_.pop_back();
  const std::uint64_t heldUnder = generation();
  lock.unlock();
  const CK_RV value = session.tryClose();
  lock.lock();
  if (value == CKR_OK) return;
  if (heldUnder < aliveSince_) {
    session.abandon();
    return;
  }
  unclosed_.push_back(std::move(session));
  freed_.notify_one();
  check(value, kCloseSession.name());
}

Session SessionPool::openInPlace() {
  try {
    return Session(module_, slot_);
  } catch (...) {
    const std::lock_guard lock(mutex_);
    --open_;
    freed_.notify_one();
    throw;
  }
}

void SessionPool::endNew(Session session) noexcept {
  const CK_RV value = session.tryClose();
  const std::lock_guard lock(mutex_);
  if (value == CKR_OK) {
    --open_;
  } else {
    unclosed_.push_back(std::move(session));
  }
  freed_.notify_one();
}

void SessionPool::giveBack(Session session, std::uint64_t generation, bool discarded) noexcept {
  {
    const std::lock_guard lock(mutex_);
    if (discarded) ++discarded_;
    if (!discarded && generation == this->generation()) {
      idle_.push_back(std::move(session));
      freed_.notify_one();
      return;
    }
  }
  end(std::move(session), generation);
}

void SessionPool::end(Session session, std::uint64_t generation) noexcept {
  const auto isGone = [&] { return generation < aliveSince_; };
  {
    const std::lock_guard lock(mutex_);
    if (isGone()) session.abandon();
  }
  // Outside the lock, for it can be a network call; and before the place is free, so that the token
  // never sees one session more than the limit.
  const CK_RV value = session.tryClose();
  const std::lock_guard lock(mutex_);
  if (value != CKR_OK && !isGone()) {
    unclosed_.push_back(std::move(session));
  } else {
    session.abandon();
    --open_;
  }
  freed_.notify_one();
}

std::unique_lock<DeadlineMutex> SessionPool::restoring(Deadline deadline) {
  std::unique_lock flight(restoring_, deadline);
  if (!flight) throw Error(ErrorCode::kBusy, "the login was not renewed before the deadline");
  return flight;
}

void SessionPool::restore(std::uint64_t seen, Recovery recovery, Deadline deadline) {
  const auto flight = restoring(deadline);
  if (generation() != seen) return;  // another thread has just done it
  CK_RV state = CKR_OK;
  if (isLoggedIn(anchor_, state) && recovery != Recovery::kLogIn) return;
  if (renewal_ == Renewal::kFail) {
    throw Error(ErrorCode::kTokenUnavailable, "the login is lost", kGetSessionInfo.name(),
                CKR_USER_NOT_LOGGED_IN);
  }
  if (state != CKR_OK) endAnchor(state);
  beginGeneration();
  establish();
}

void SessionPool::endAnchor(CK_RV value) {
  // By the standard no session outlives its token's absence; and its number may be another's then.
  if (value == CKR_DEVICE_REMOVED || value == CKR_TOKEN_NOT_PRESENT) anchor_.abandon();
  // What cannot be closed must not be replaced either: failures would use up the token's sessions.
  if (anchor_.tryClose() != CKR_OK) check(value, kGetSessionInfo.name());
}

void SessionPool::beginGeneration() {
  const std::lock_guard lock(mutex_);
  established_ = false;  // before the generation rises, or it would seem to be logged in
  generation_.fetch_add(1, std::memory_order_release);
  for (Session& session : idle_) unclosed_.push_back(std::move(session));
  idle_.clear();
  freed_.notify_all();  // whoever waits for a session goes and makes the login good
}

void SessionPool::establish() {
  CK_RV state = CKR_OK;
  if (anchor_.isOpen() && !isLoggedIn(anchor_, state) && state != CKR_OK) endAnchor(state);
  bool othersLive = true;
  if (!anchor_.isOpen()) {
    anchor_ = Session(module_, slot_);
    // A login outlives the anchor when other sessions do.
    othersLive = isLoggedIn(anchor_, state);
  }
  settle(othersLive);
  logIn();
  established_ = true;
  freed_.notify_all();
}

void SessionPool::settle(bool alive) {
  std::vector<Session> ended;
  ended.reserve(limit_);
  const std::uint64_t current = generation();
  {
    const std::lock_guard lock(mutex_);
    ended.swap(unclosed_);
    if (!alive) aliveSince_ = current;
  }
  for (Session& session : ended) end(std::move(session), current - 1);
}

bool SessionPool::isLoggedIn(Session& session, CK_RV& value) {
  CK_SESSION_INFO info{};
  value = session.call(kGetSessionInfo, &info);
  return value == CKR_OK && info.state == CKS_RW_USER_FUNCTIONS;
}

void SessionPool::logIn() {
  if (pinRefused_) {
    throw Error(ErrorCode::kPinRefused,
                "the token refused the PIN before; it is not given again until a restart");
  }
  auto* pin = const_cast<std::byte*>(pin_.expose().data());  // C_Login takes no const, and reads
  const CK_RV value =
      anchor_.call(kLogin, static_cast<CK_USER_TYPE>(CKU_USER), reinterpret_cast<CK_UTF8CHAR*>(pin),
                   static_cast<CK_ULONG>(pin_.size()));
  logins_.fetch_add(1, std::memory_order_relaxed);
  if (value == CKR_USER_ALREADY_LOGGED_IN) return;
  if (meaningOf(value).code == ErrorCode::kPinRefused) pinRefused_ = true;
  check(value, kLogin.name());
}

SessionPool::Counters SessionPool::counters() const {
  const std::lock_guard lock(mutex_);
  return {.limit = limit_,
          .open = open_,
          .leased = open_ - idle_.size(),
          .discarded = discarded_,
          .waits = waits_,
          .timeouts = timeouts_,
          .logins = logins_.load(std::memory_order_relaxed),
          .waitSeconds = std::chrono::duration<double>(waited_).count()};
}

Lease::Lease(SessionPool& pool, Session session, std::uint64_t generation, Deadline deadline)
    : pool_(&pool), session_(std::move(session)), generation_(generation), deadline_(deadline) {}

Lease::Lease(Lease&& other) noexcept
    : pool_(other.pool_),
      session_(std::exchange(other.session_, std::nullopt)),
      generation_(other.generation_),
      deadline_(other.deadline_),
      discarded_(other.discarded_) {}

Lease::~Lease() {
  if (session_) pool_->giveBack(std::move(*session_), generation_, discarded_);
}

bool Lease::isOfThePast() const {
  return pool_->generation() != generation_;
}

void Lease::refuseWhenLate(std::string_view call) const {
  if (std::chrono::steady_clock::now() < deadline_) return;
  throw Error(ErrorCode::kBusy, "the deadline passed before " + std::string(call), call);
}

}  // namespace strongroom::hsm::pkcs11
