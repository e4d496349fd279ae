#include "service/auth/principal_shares.h"

#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <thread>
#include <vector>

#include "service/auth/error.h"

namespace strongroom::auth {
namespace {

std::optional<ErrorCode> refusalOf(PrincipalShares& shares, const std::string& principal) {
  try {
    shares.enter(principal);
    return std::nullopt;
  } catch (const Error& error) {
    return error.code();
  }
}

TEST(PrincipalSharesTest, OneMoreThanItMayIsThrottledUntilOneEnds) {
  PrincipalShares shares(2);
  std::optional<PrincipalShares::Share> first = shares.enter("a");
  const PrincipalShares::Share second = shares.enter("a");
  EXPECT_EQ(refusalOf(shares, "a"), ErrorCode::kThrottled);
  EXPECT_EQ(refusalOf(shares, "b"), std::nullopt) << "another's place is no concern of b";
  first.reset();
  EXPECT_EQ(refusalOf(shares, "a"), std::nullopt);
}

TEST(PrincipalSharesTest, ARefusalTakesNoPlace) {
  PrincipalShares shares(1);
  {
    const PrincipalShares::Share only = shares.enter("a");
    for (int i = 0; i < 3; ++i) EXPECT_EQ(refusalOf(shares, "a"), ErrorCode::kThrottled);
  }
  EXPECT_EQ(refusalOf(shares, "a"), std::nullopt);
}

TEST(PrincipalSharesTest, ZeroIsNoLimit) {
  PrincipalShares shares(0);
  std::vector<PrincipalShares::Share> many;
  for (int i = 0; i < 1'000; ++i) many.push_back(shares.enter("a"));
}

TEST(PrincipalSharesTest, NeverMoreThanTheLimitAtATime) {
  PrincipalShares shares(3);
  std::atomic<int> inside{0};
  std::atomic<int> most{0};
  std::vector<std::jthread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 2'000; ++i) {
        try {
          const PrincipalShares::Share share = shares.enter("a");
          const int now = ++inside;
          int seen = most;
          while (now > seen && !most.compare_exchange_weak(seen, now)) {
          }
          --inside;
        } catch (const Error&) {
        }
      }
    });
  }
  threads.clear();
  EXPECT_LE(most, 3);
  EXPECT_GE(most, 1);
}

}  // namespace
}  // namespace strongroom::auth
