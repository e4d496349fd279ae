#include "service/late_token.h"

#include <Poco/Logger.h>

namespace strongroom::service {

using hsm::Deadline;
using hsm::ErrorCode;

LateToken::LateToken(std::string name, Open open, LateTokenOptions options)
    : name_(std::move(name)),
      open_(std::move(open)),
      options_(options),
      lastError_(ErrorCode::kTokenUnavailable, "its first opening takes long"),
      thread_([this](const std::stop_token& stop) { run(stop); }) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, options_.firstPatience, [this] { return attempted_; });
}

LateToken::~LateToken() = default;  // the thread, last member, is asked to stop and joined first

void LateToken::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const bool done = attempt();
    std::unique_lock lock(mutex_);
    attempted_ = true;
    changed_.notify_all();
    if (done) return;
    const auto asked = [this] { return again_; };
    if (lastError_.code() == ErrorCode::kPinRefused) {
      changed_.wait(lock, stop, asked);
    } else {
      changed_.wait_for(lock, stop, options_.interval, asked);
    }
    again_ = false;
  }
}

bool LateToken::attempt() {
  try {
    hsm_ = open_();
  } catch (const hsm::Error& error) {
    failed(error);
    return false;
  } catch (const std::exception& error) {  // its PIN cannot be read
    failed(hsm::Error(ErrorCode::kTokenUnavailable, error.what()));
    return false;
  }
  const std::lock_guard lock(mutex_);
  openedAt_ = std::chrono::steady_clock::now();
  opened_ = hsm_.get();
  return true;
}

void LateToken::failed(const hsm::Error& error) {
  const std::lock_guard lock(mutex_);
  const bool isNews = !attempted_ || lastError_.what() != std::string_view(error.what());
  lastError_ = error;
  if (!isNews) return;
  Poco::Logger::get("service").warning(
      "[" + name_ + "] is not there: " + error.what() +
      (error.code() == ErrorCode::kPinRefused
           ? "; its PIN is not tried again before SIGHUP or a restart"
           : "; it is tried again"));
}

void LateToken::tryAgain() {
  const std::lock_guard lock(mutex_);
  again_ = true;
  changed_.notify_all();
}

std::optional<std::chrono::steady_clock::time_point> LateToken::openedAt() const {
  const std::lock_guard lock(mutex_);
  return openedAt_;
}

hsm::Hsm& LateToken::opened() const {
  if (hsm::Hsm* hsm = opened_) return *hsm;
  const std::lock_guard lock(mutex_);
  throw hsm::Error(lastError_.code(), "[" + name_ + "] is not there: " + lastError_.what());
}

hsm::TokenDescription LateToken::describe() const {
  return opened().describe();
}

void LateToken::generateKey(const KeyRef& ref, Deadline deadline) {
  opened().generateKey(ref, deadline);
}

void LateToken::verifyKey(const KeyRef& ref, Deadline deadline) {
  opened().verifyKey(ref, deadline);
}

void LateToken::destroyKey(const KeyRef& ref, Deadline deadline) {
  opened().destroyKey(ref, deadline);
}

std::vector<KeyRef> LateToken::listKeys(Deadline deadline) {
  return opened().listKeys(deadline);
}

hsm::DataKey LateToken::generateDataKey(const KeyRef& ref, std::size_t bytes,
                                        hsm::Plaintext plaintext, Deadline deadline) {
  return opened().generateDataKey(ref, bytes, plaintext, deadline);
}

SecretBytes LateToken::unwrapDataKey(const KeyRef& ref, ByteView wrapped, Deadline deadline) {
  return opened().unwrapDataKey(ref, wrapped, deadline);
}

SecretBytes LateToken::bindingMac(ByteView message, Deadline deadline) {
  return opened().bindingMac(message, deadline);
}

void LateToken::random(std::span<std::byte> out, Deadline deadline) {
  opened().random(out, deadline);
}

void LateToken::probe(Deadline deadline) {
  opened().probe(deadline);
}

hsm::Statistics LateToken::statistics() const {
  const hsm::Hsm* hsm = opened_;
  return hsm ? hsm->statistics() : hsm::Statistics();
}

}  // namespace strongroom::service
