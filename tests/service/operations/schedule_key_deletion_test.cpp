#include "service/operations/schedule_key_deletion.h"

#include "tests/support/kms_fixture.h"

namespace strongroom::operations {
namespace {

using testing::KmsTest;
using testing::Refusal;

class ScheduleKeyDeletionTest : public KmsTest {
 protected:
  const KeyId key_ = newKey();
};

TEST_F(ScheduleKeyDeletionTest, SetsTheDateAndStopsTheKey) {
  const ScheduleKeyDeletionResponse response = scheduleKeyDeletion(call(), {key_.toString(), 7});
  EXPECT_EQ(response.keyArn, arn(key_));
  EXPECT_EQ(response.deletionDate, clock_.now() + std::chrono::days(7));
  EXPECT_EQ(response.pendingWindowDays, 7U);
  EXPECT_EQ(record(key_).state, keys::KeyState::kPendingDeletion);
  EXPECT_EQ(record(key_).deletionDate, response.deletionDate);
}

TEST_F(ScheduleKeyDeletionTest, WaitsThirtyDaysUnlessToldOtherwise) {
  ScheduleKeyDeletionRequest request;
  request.keyId = arn(key_);
  EXPECT_EQ(scheduleKeyDeletion(call(), request).pendingWindowDays, 30U);
}

TEST_F(ScheduleKeyDeletionTest, TakesADisabledKey) {
  setState(key_, keys::KeyState::kDisabled);
  scheduleKeyDeletion(call(), {arn(key_), 7});
  EXPECT_EQ(record(key_).state, keys::KeyState::kPendingDeletion);
}

TEST_F(ScheduleKeyDeletionTest, DestroysEveryVersionWhenTheDateComesAndNotBefore) {
  lifecycle_.rotateKey(key_, keys::RotationType::kOnDemand, call().deadline);
  scheduleKeyDeletion(call(), {arn(key_), 7});
  clock_.advance(std::chrono::days(7) - std::chrono::milliseconds(1));
  EXPECT_EQ(lifecycle_.destroyDueKeys(call().deadline), 0U);
  clock_.advance(std::chrono::milliseconds(1));
  EXPECT_EQ(lifecycle_.destroyDueKeys(call().deadline), 1U);
  EXPECT_TRUE(hsm_.listKeys(call().deadline).empty());
  EXPECT_FALSE(store_->findKey(key_).has_value());
}

TEST_F(ScheduleKeyDeletionTest, RefusesASecondTime) {
  scheduleKeyDeletion(call(), {arn(key_), 7});
  EXPECT_EQ(refusalOf([&] {
              scheduleKeyDeletion(call(), {arn(key_), 30});
            }),
            (Refusal{ErrorCode::kInvalidState, arn(key_) + " is pending deletion."}));
}

TEST_F(ScheduleKeyDeletionTest, RefusesWhatIsNoKeyOrAnAlias) {
  addAlias("alias/one", key_);
  EXPECT_EQ(refusalOf([&] {
              scheduleKeyDeletion(call(), {unknownKey().toString(), 7});
            }).code,
            ErrorCode::kNotFound);
  EXPECT_EQ(refusalOf([&] {
              scheduleKeyDeletion(call(), {"alias/one", 7});
            }),
            (Refusal{ErrorCode::kNotFound, "Invalid keyId 'alias/one'"}));
}

}  // namespace
}  // namespace strongroom::operations
