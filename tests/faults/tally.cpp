#include "tests/faults/tally.h"

namespace strongroom::testing {
namespace {

void raise(std::atomic<std::int64_t>& greatest, std::chrono::nanoseconds time) {
  std::int64_t before = greatest.load();
  while (time.count() > before && !greatest.compare_exchange_weak(before, time.count())) {
  }
}

std::chrono::milliseconds inMilliseconds(std::int64_t nanoseconds) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::nanoseconds(nanoseconds));
}

}  // namespace

void Tally::noteEnd(Clock::time_point begun, hsm::Deadline deadline) {
  const Clock::time_point now = Clock::now();
  raise(longest_, now - begun);
  raise(longestLate_, now - deadline);
}

void Tally::noteError(const hsm::Error& error) {
  ++failed_;
  const std::lock_guard lock(mutex_);
  ++errors_[error.code()];
  examples_.try_emplace(error.code(), error.what());
}

void Tally::noteWrong(std::string what) {
  const std::lock_guard lock(mutex_);
  wrongs_.push_back(std::move(what));
}

std::chrono::milliseconds Tally::longest() const {
  return inMilliseconds(longest_);
}

std::chrono::milliseconds Tally::longestPastDeadline() const {
  return inMilliseconds(longestLate_);
}

std::map<hsm::ErrorCode, std::uint64_t> Tally::errors() const {
  const std::lock_guard lock(mutex_);
  return errors_;
}

std::map<hsm::ErrorCode, std::string> Tally::examples() const {
  const std::lock_guard lock(mutex_);
  return examples_;
}

std::vector<std::string> Tally::wrongs() const {
  const std::lock_guard lock(mutex_);
  return wrongs_;
}

}  // namespace strongroom::testing
