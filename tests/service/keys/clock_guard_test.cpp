#include "service/keys/clock_guard.h"

#include <gtest/gtest.h>

namespace strongroom::keys {
namespace {

using namespace std::chrono_literals;
using Verdict = ClockGuard::Verdict;

class ClockGuardTest : public ::testing::Test {
 protected:
  Verdict pass(std::chrono::milliseconds wall, std::chrono::milliseconds steady) {
    wall_ += wall;
    steady_ += steady;
    return guard_.look(wall_, steady_);
  }

  TimePoint wall_{1'700'000'000'000ms};
  ClockGuard::SteadyTime steady_{1h};
  ClockGuard guard_{wall_, steady_};
};

TEST_F(ClockGuardTest, TimeThatPassesOnBothClocksIsTrusted) {
  EXPECT_EQ(pass(24h * 400, 24h * 400), Verdict::kTrusted);
  EXPECT_EQ(pass(30min, 0min), Verdict::kTrusted) << "a small correction";
}

TEST_F(ClockGuardTest, AJumpIsBelievedAfterADayOfKeepingPace) {
  EXPECT_EQ(pass(2h, 1min), Verdict::kJumped);
  EXPECT_EQ(pass(1min, 1min), Verdict::kOnTrial);
  EXPECT_EQ(pass(23h, 23h), Verdict::kOnTrial);
  EXPECT_EQ(pass(1h, 1h), Verdict::kTrusted);
}

TEST_F(ClockGuardTest, AnotherJumpBeginsTheTrialAnew) {
  pass(2h, 0h);
  EXPECT_EQ(pass(20h, 20h), Verdict::kOnTrial);
  EXPECT_EQ(pass(-2h, 0h), Verdict::kJumped) << "set back";
  EXPECT_EQ(pass(20h, 20h), Verdict::kOnTrial);
}

TEST_F(ClockGuardTest, SmallJumpsAddUp) {
  EXPECT_EQ(pass(40min, 0min), Verdict::kTrusted);
  EXPECT_EQ(pass(40min, 0min), Verdict::kJumped);
}

}  // namespace
}  // namespace strongroom::keys
