#include "hsm/pkcs11/handle_cache.h"

#include <gtest/gtest.h>

namespace strongroom::testing {
namespace {

using hsm::pkcs11::HandleCache;

class HandleCacheTest : public ::testing::Test {
 protected:
  HandleCacheTest() { cache_.replace({}, kGeneration); }

  static constexpr std::uint64_t kGeneration = 7;
  const HandleCache::Clock::time_point now_ = HandleCache::Clock::now();
  const KeyRef ref_;
  HandleCache cache_;
};

TEST_F(HandleCacheTest, AnAbsenceIsRememberedForAWhileAndForOneGeneration) {
  EXPECT_FALSE(cache_.isAbsent(ref_, kGeneration, now_));
  cache_.insertAbsent(ref_, kGeneration, now_);
  EXPECT_TRUE(cache_.isAbsent(ref_, kGeneration, now_));
  EXPECT_FALSE(cache_.isAbsent(ref_, kGeneration + 1, now_));
  EXPECT_FALSE(cache_.isAbsent(ref_, kGeneration, now_ + HandleCache::kAbsentFor));
}

TEST_F(HandleCacheTest, AnAbsenceUnderAnotherLoginIsNotRemembered) {
  cache_.insertAbsent(ref_, kGeneration - 1, now_);
  EXPECT_FALSE(cache_.isAbsent(ref_, kGeneration, now_));
}

TEST_F(HandleCacheTest, AKeyThatAppearsIsAbsentNoLonger) {
  cache_.insertAbsent(ref_, kGeneration, now_);
  cache_.insert(ref_, 5, kGeneration);
  cache_.forget(ref_);
  EXPECT_FALSE(cache_.isAbsent(ref_, kGeneration, now_));
  cache_.insertAbsent(ref_, kGeneration, now_);
  cache_.replace({}, kGeneration);
  EXPECT_FALSE(cache_.isAbsent(ref_, kGeneration, now_));
}

}  // namespace
}  // namespace strongroom::testing
