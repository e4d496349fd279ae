#include "hsm/worker/statistics_sum.h"

#include <gtest/gtest.h>

namespace strongroom::hsm::worker {
namespace {

Statistics some() {
  Statistics statistics;
  statistics.calls = {{.function = "C_Sign", .calls = 2, .errors = 1, .seconds = 0.5}};
  statistics.sessionLimit = 4;
  statistics.sessionsOpen = 3;
  statistics.sessionsLeased = 2;
  statistics.logins = 1;
  statistics.keysCached = 10;
  return statistics;
}

TEST(StatisticsSumTest, WorkersBesideOneAnotherAddUp) {
  Statistics sum = some();
  Statistics other = some();
  other.calls.push_back({.function = "C_WrapKey", .calls = 5});
  other.keysCached = 12;
  add(sum, other);
  ASSERT_EQ(sum.calls.size(), 2U);
  EXPECT_EQ(sum.calls[0].calls, 4U);
  EXPECT_EQ(sum.calls[0].errors, 2U);
  EXPECT_EQ(sum.calls[0].seconds, 1.0);
  EXPECT_EQ(sum.calls[1].calls, 5U);
  EXPECT_EQ(sum.sessionLimit, 8U);
  EXPECT_EQ(sum.sessionsOpen, 6U);
  EXPECT_EQ(sum.sessionsLeased, 4U);
  EXPECT_EQ(sum.logins, 2U);
  EXPECT_EQ(sum.keysCached, 12U) << "each knows the same keys";
}

TEST(StatisticsSumTest, OfAWorkerThatEndedItsCallsStayCountedAndItsSessionsDoNot) {
  Statistics sum;
  addEnded(sum, some());
  EXPECT_EQ(sum.calls.front().calls, 2U);
  EXPECT_EQ(sum.logins, 1U);
  EXPECT_EQ(sum.sessionsOpen, 0U);
  EXPECT_EQ(sum.keysCached, 0U);
}

}  // namespace
}  // namespace strongroom::hsm::worker
