#include "service/keys/maintenance.h"

#include <gtest/gtest.h>

#include <condition_variable>

#include "hsm/error.h"
#include "tests/service/keys/lifecycle_fixture.h"

namespace strongroom::keys {
namespace {

using namespace std::chrono_literals;

/// Lets a test wait for a step that the maintenance thread passes.
class MaintenanceTest : public LifecycleFixture {
 protected:
  MaintenanceTest() {
    restart([this](std::string_view step) {
      const std::lock_guard lock(mutex_);
      seen_ = step;
      passed_.notify_all();
    });
  }
  bool waitFor(const std::string& step) {
    std::unique_lock lock(mutex_);
    return passed_.wait_for(lock, 10s, [&] { return seen_ == step; });
  }

  std::mutex mutex_;
  std::condition_variable passed_;
  std::string seen_;
};

TEST_F(MaintenanceTest, DestroysWhatIsDueAtOnce) {
  create(1);
  schedule(1, clock_.now());
  const Maintenance maintenance(*lifecycle_, 1h);
  EXPECT_TRUE(waitFor("record forgotten"));
}

TEST_F(MaintenanceTest, RotatesWhatBecomesDueLater) {
  create(1);
  enableRotation(1, 90);
  const Maintenance maintenance(*lifecycle_, 1ms);
  clock_.advance(std::chrono::days(91));
  EXPECT_TRUE(waitFor("rotation: record visible"));
}

TEST_F(MaintenanceTest, LogsAFailureAndTriesAgain) {
  const LogCapture log;
  create(1);
  schedule(1, clock_.now());
  hsm_.failNext(hsm::Error(hsm::ErrorCode::kTokenUnavailable, "the token is away"));
  const Maintenance maintenance(*lifecycle_, 1ms);
  EXPECT_TRUE(waitFor("record forgotten"));
  EXPECT_EQ(log.count({"scheduled deletion failed", "the token is away"}), 1U);
}

TEST_F(MaintenanceTest, EndsAtOnceWhileItWaits) {
  const auto begin = std::chrono::steady_clock::now();
  { const Maintenance maintenance(*lifecycle_, 1h); }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 10s);
}

}  // namespace
}  // namespace strongroom::keys
