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
  logIn();
}

Lease SessionPool::lease(Deadline deadline) {
  std::unique_lock lock(mutex_);
  const auto available = [this] { return !idle_.empty() || open_ < limit_; };
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
  if (!idle_.empty()) {
    Session session = std::move(idle_.back());
    idle_.pop_back();
    return Lease(*this, std::move(session), generation(), deadline);
  }
  ++open_;
  lock.unlock();
  // Read before opening: should the login be renewed meanwhile, the session counts as old and is
  // closed, not reused.
  const std::uint64_t openedUnder = generation();
  try {
    return Lease(*this, Session(module_, slot_), openedUnder, deadline);
  } catch (...) {
    lock.lock();
    --open_;
    freed_.notify_one();
    throw;
  }
}

void SessionPool::giveBack(Session session, std::uint64_t generation, bool discarded) noexcept {
  {
    const std::lock_guard lock(mutex_);
    if (!discarded && generation == this->generation()) {
      idle_.push_back(std::move(session));
      freed_.notify_one();
      return;
    }
  }
  // Closed outside the lock, for it can be a network call; and before the count falls, so that the
  // token never sees one session more than the limit.
  { const Session closing = std::move(session); }
  const std::lock_guard lock(mutex_);
  --open_;
  if (discarded) ++discarded_;
  freed_.notify_one();
}

void SessionPool::restore(std::uint64_t seen, Recovery recovery, Deadline deadline) {
  const std::unique_lock flight(restoring_, deadline);
  if (!flight) {
    throw Error(ErrorCode::kBusy, "the login was not renewed before the deadline");
  }
  if (generation() != seen) return;  // another thread has just done it
  const bool wasOpen = anchor_.isOpen();
  CK_RV state = CKR_OK;
  if (anchorIsLoggedIn(state) && recovery != Recovery::kLogIn) return;
  if (renewal_ == Renewal::kFail) {
    throw Error(ErrorCode::kTokenUnavailable, "the login is lost", kGetSessionInfo.name(),
                CKR_USER_NOT_LOGGED_IN);
  }
  // Sessions end one by one only through us: with the anchor, the others are gone too.
  if (wasOpen && !anchor_.isOpen()) dropIdle(&Session::abandon);
  if (state != CKR_OK) anchor_ = Session(module_, slot_);
  logIn();
  {
    const std::lock_guard lock(mutex_);
    generation_.fetch_add(1, std::memory_order_release);
  }
  dropIdle(&Session::close);
}

void SessionPool::dropIdle(void (Session::*end)() noexcept) {
  std::vector<Session> dropped;
  dropped.reserve(limit_);
  {
    const std::lock_guard lock(mutex_);
    dropped.swap(idle_);
  }
  // As in giveBack(): outside the lock, and before the count falls.
  for (Session& session : dropped) (session.*end)();
  const std::lock_guard lock(mutex_);
  open_ -= dropped.size();
  freed_.notify_all();
}

bool SessionPool::anchorIsLoggedIn(CK_RV& value) {
  CK_SESSION_INFO info{};
  value = anchor_.call(kGetSessionInfo, &info);
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

void Lease::refuseWhenLate(std::string_view call) const {
  if (std::chrono::steady_clock::now() < deadline_) return;
  throw Error(ErrorCode::kBusy, "the deadline passed before " + std::string(call), call);
}

}  // namespace strongroom::hsm::pkcs11
