#pragma once

#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <mutex>
#include <sstream>
#include <thread>

#include "hsm/open_isolated_token.h"
#include "tests/support/hsm_assertions.h"
#include "tests/support/test_token.h"

namespace strongroom::testing {

/// Two workers on a SoftHSM token of their own, and what the log says of them.
class IsolatedHsmTest : public ::testing::Test {
 protected:
  static constexpr std::chrono::seconds kSoon{10};

  static hsm::Deadline soon() { return hsm::deadlineIn(kSoon); }

  void open(const hsm::WorkerOptions& options = {}) { openBy(token_.module(), options); }

  void openBy(const std::filesystem::path& module, const hsm::WorkerOptions& options = {}) {
    hsm::TokenOptions token = token_.options(4);
    token.module = module;
    hsm_ = hsm::openIsolatedToken(token, token_.pinSource(), options,
                                  [this](const std::string& line) { note(line); });
  }

  KeyRef makeKey() {
    KeyRef ref;
    hsm_->random(ref.key.bytes, soon());
    hsm_->generateKey(ref, soon());
    hsm_->verifyKey(ref, soon());
    return ref;
  }

  bool logged(const std::string& words) const { return log().find(words) != std::string::npos; }

  std::string log() const {
    const std::lock_guard lock(mutex_);
    return log_;
  }

  /// The process ids of the workers that ever served, in their order.
  std::vector<pid_t> servants() const {
    constexpr std::string_view kBefore = "(process ";
    std::istringstream lines(log());
    std::vector<pid_t> found;
    for (std::string line; std::getline(lines, line);) {
      const std::size_t at = line.find(kBefore);
      if (at == std::string::npos || !line.ends_with(") serves")) continue;
      found.push_back(std::stoi(line.substr(at + kBefore.size())));
    }
    return found;
  }

  std::uint64_t ended(const std::string& reason) const {
    for (const auto& row : hsm_->statistics().workers.ended) {
      if (row.reason == reason) return row.count;
    }
    ADD_FAILURE() << "no worker ends by " << reason;
    return 0;
  }

  /// Waits until `condition` holds, for at most `patience`.
  template <class Condition>
  static bool eventually(Condition condition, std::chrono::milliseconds patience = kSoon) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!condition()) {
      if (std::chrono::steady_clock::now() >= deadline) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return true;
  }

  bool allServe() const {
    const hsm::WorkerStatistics workers = hsm_->statistics().workers;
    return workers.serving == workers.wanted;
  }

  static bool isGone(pid_t process) { return ::kill(process, 0) != 0 && errno == ESRCH; }

  TestToken token_;

 private:
  void note(const std::string& line) {
    const std::lock_guard lock(mutex_);
    log_ += line + "\n";
  }

  mutable std::mutex mutex_;
  std::string log_;

 protected:
  std::unique_ptr<hsm::Hsm> hsm_;
};

/// Threads that make data keys and unwrap them until this ends; a wrong plaintext fails the test.
class DataKeyLoad {
 public:
  DataKeyLoad(hsm::Hsm& hsm, const KeyRef& ref, int threads,
              std::chrono::milliseconds patience = std::chrono::seconds(10)) {
    for (int i = 0; i < threads; ++i) {
      threads_.emplace_back([this, &hsm, ref, patience](const std::stop_token& stop) {
        while (!stop.stop_requested()) turn(hsm, ref, patience);
      });
    }
  }

  std::uint64_t done() const { return done_; }
  std::uint64_t failed() const { return failed_; }
  /// How long the slowest call took.
  std::chrono::milliseconds slowest() const { return std::chrono::milliseconds(slowest_); }

  void stop() { threads_.clear(); }

 private:
  void turn(hsm::Hsm& hsm, const KeyRef& ref, std::chrono::milliseconds patience) {
    const auto start = std::chrono::steady_clock::now();
    try {
      const auto key =
          hsm.generateDataKey(ref, 32, hsm::Plaintext::kReturn, hsm::deadlineIn(patience));
      const auto again = hsm.unwrapDataKey(ref, key.method, key.wrapped, hsm::deadlineIn(patience));
      EXPECT_TRUE(again == key.plaintext);
      ++done_;
    } catch (const hsm::Error& error) {
      EXPECT_TRUE(error.code() == hsm::ErrorCode::kBusy ||
                  error.code() == hsm::ErrorCode::kTokenUnavailable)
          << error.what();
      ++failed_;
    }
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - start);
    std::int64_t seen = slowest_;
    while (took.count() > seen && !slowest_.compare_exchange_weak(seen, took.count())) {
    }
  }

  std::atomic<std::uint64_t> done_{0};
  std::atomic<std::uint64_t> failed_{0};
  std::atomic<std::int64_t> slowest_{0};
  std::vector<std::jthread> threads_;
};

}  // namespace strongroom::testing
