#include "service/operations/get_key_rotation_status.h"

#include "service/operations/enable_key_rotation.h"
#include "tests/support/kms_fixture.h"

namespace strongroom::operations {
namespace {

using testing::KmsTest;
using testing::Refusal;

class GetKeyRotationStatusTest : public KmsTest {};

TEST_F(GetKeyRotationStatusTest, SaysThatANewKeyDoesNotRotate) {
  const KeyId key = newKey();
  const GetKeyRotationStatusResponse status = getKeyRotationStatus(call(), {key.toString()});
  EXPECT_EQ(status.keyArn, arn(key));
  EXPECT_FALSE(status.enabled);
  EXPECT_FALSE(status.nextRotation.has_value());
}

TEST_F(GetKeyRotationStatusTest, SaysWhenTheNextRotationIs) {
  const KeyId key = newKey();
  enableKeyRotation(call(), {arn(key), 90});
  const GetKeyRotationStatusResponse status = getKeyRotationStatus(call(), {arn(key)});
  EXPECT_TRUE(status.enabled);
  EXPECT_EQ(status.rotationPeriodDays, 90U);
  EXPECT_EQ(status.nextRotation, clock_.now() + std::chrono::days(90));
}

TEST_F(GetKeyRotationStatusTest, IsUnchangedByDisablingAndOffWhilePendingDeletion) {
  const KeyId key = newKey();
  enableKeyRotation(call(), {arn(key), 90});
  setState(key, keys::KeyState::kDisabled);
  EXPECT_TRUE(getKeyRotationStatus(call(), {arn(key)}).enabled);
  setState(key, keys::KeyState::kPendingDeletion);
  const GetKeyRotationStatusResponse status = getKeyRotationStatus(call(), {arn(key)});
  EXPECT_FALSE(status.enabled);
  EXPECT_FALSE(status.nextRotation.has_value());
}

TEST_F(GetKeyRotationStatusTest, RefusesWhatIsNoKeyOrAnAlias) {
  addAlias("alias/one", newKey());
  EXPECT_EQ(refusalOf([&] { getKeyRotationStatus(call(), {unknownKey().toString()}); }).code,
            ErrorCode::kNotFound);
  EXPECT_EQ(refusalOf([&] { getKeyRotationStatus(call(), {"alias/one"}); }),
            (Refusal{ErrorCode::kNotFound, "Invalid keyId 'alias/one'"}));
}

}  // namespace
}  // namespace strongroom::operations
