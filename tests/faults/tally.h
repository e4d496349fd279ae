#pragma once

#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "hsm/error.h"
#include "hsm/hsm.h"

namespace strongroom::testing {

/// What callers met, added up over all of them. Thread-safe.
class Tally {
 public:
  using Clock = std::chrono::steady_clock;

  /// Runs one call and notes how it ended and how long past its deadline. Returns whether it was
  /// answered.
  template <class Call>
  bool run(hsm::Deadline deadline, Call&& call) {
    const Clock::time_point begun = Clock::now();
    try {
      call();
      noteEnd(begun, deadline);
      succeeded_.fetch_add(1, std::memory_order_relaxed);
      return true;
    } catch (const hsm::Error& error) {
      noteEnd(begun, deadline);
      noteError(error);
      return false;
    }
  }

  /// What must never happen, in words.
  void noteWrong(std::string what);

  std::uint64_t succeeded() const { return succeeded_.load(); }
  std::uint64_t failed() const { return failed_.load(); }
  std::chrono::milliseconds longest() const;
  std::chrono::milliseconds longestPastDeadline() const;
  std::map<hsm::ErrorCode, std::uint64_t> errors() const;
  /// One message for each code.
  std::map<hsm::ErrorCode, std::string> examples() const;
  std::vector<std::string> wrongs() const;

 private:
  void noteEnd(Clock::time_point begun, hsm::Deadline deadline);
  void noteError(const hsm::Error& error);

  std::atomic<std::uint64_t> succeeded_{0};
  std::atomic<std::uint64_t> failed_{0};
  std::atomic<std::int64_t> longest_{0};      ///< nanoseconds
  std::atomic<std::int64_t> longestLate_{0};  ///< nanoseconds
  mutable std::mutex mutex_;
  std::map<hsm::ErrorCode, std::uint64_t> errors_;
  std::map<hsm::ErrorCode, std::string> examples_;
  std::vector<std::string> wrongs_;
};

}  // namespace strongroom::testing
