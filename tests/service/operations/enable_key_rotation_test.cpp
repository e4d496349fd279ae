#include "service/operations/enable_key_rotation.h"

#include "service/operations/disable_key_rotation.h"
#include "tests/support/kms_fixture.h"

namespace strongroom::operations {
namespace {

using testing::KmsTest;
using testing::Refusal;

using std::chrono::days;

class EnableKeyRotationTest : public KmsTest {};

TEST_F(EnableKeyRotationTest, RotatesEachYearWhenNoPeriodIsGiven) {
  const KeyId key = newKey();
  enableKeyRotation(call(), {key.toString(), std::nullopt});
  EXPECT_TRUE(record(key).rotationEnabled);
  EXPECT_EQ(record(key).rotationPeriodDays, 365U);
  EXPECT_EQ(record(key).nextRotation, clock_.now() + days(365));
}

TEST_F(EnableKeyRotationTest, TakesThePeriodThatIsGiven) {
  const KeyId key = newKey();
  enableKeyRotation(call(), {arn(key), 90});
  EXPECT_EQ(record(key).rotationPeriodDays, 90U);
  EXPECT_EQ(record(key).nextRotation, clock_.now() + days(90));
}

TEST_F(EnableKeyRotationTest, LeavesTheDateWhenNothingChanges) {
  const KeyId key = newKey();
  const keys::TimePoint first = clock_.now();
  enableKeyRotation(call(), {arn(key), 90});
  clock_.advance(days(10));
  enableKeyRotation(call(), {arn(key), 90});
  enableKeyRotation(call(), {arn(key), std::nullopt});
  EXPECT_EQ(record(key).nextRotation, first + days(90));
  enableKeyRotation(call(), {arn(key), 91});
  EXPECT_EQ(record(key).nextRotation, clock_.now() + days(91));
}

TEST_F(EnableKeyRotationTest, RemembersThePeriodWhileRotationIsOff) {
  const KeyId key = newKey();
  enableKeyRotation(call(), {arn(key), 100});
  disableKeyRotation(call(), {arn(key)});
  clock_.advance(days(1));
  enableKeyRotation(call(), {arn(key), std::nullopt});
  EXPECT_EQ(record(key).nextRotation, clock_.now() + days(100));
}

TEST_F(EnableKeyRotationTest, MakesANewVersionWhenTheDateComes) {
  const KeyId key = newKey();
  enableKeyRotation(call(), {arn(key), 90});
  clock_.advance(days(90) - std::chrono::milliseconds(1));
  EXPECT_EQ(lifecycle_.rotateDueKeys(call().deadline), 0U);
  clock_.advance(std::chrono::milliseconds(1));
  EXPECT_EQ(lifecycle_.rotateDueKeys(call().deadline), 1U);
  EXPECT_EQ(record(key).currentVersion, 2U);
}

TEST_F(EnableKeyRotationTest, RefusesKeysThatAreNotEnabled) {
  const KeyId key = newKey();
  setState(key, keys::KeyState::kDisabled);
  EXPECT_EQ(refusalOf([&] {
              enableKeyRotation(call(), {key.toString(), 90});
            }),
            (Refusal{ErrorCode::kDisabled, arn(key) + " is disabled."}));
  setState(key, keys::KeyState::kPendingDeletion);
  EXPECT_EQ(refusalOf([&] {
              enableKeyRotation(call(), {key.toString(), 90});
            }),
            (Refusal{ErrorCode::kInvalidState, arn(key) + " is pending deletion."}));
}

TEST_F(EnableKeyRotationTest, RefusesAnAlias) {
  addAlias("alias/one", newKey());
  EXPECT_EQ(refusalOf([&] {
              enableKeyRotation(call(), {"alias/one", 90});
            }),
            (Refusal{ErrorCode::kNotFound, "Invalid keyId 'alias/one'"}));
}

}  // namespace
}  // namespace strongroom::operations
