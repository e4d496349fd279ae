#include "service/operations/disable_key_rotation.h"

#include "tests/support/kms_fixture.h"

namespace strongroom::operations {
namespace {

using testing::KmsTest;
using testing::Refusal;

class DisableKeyRotationTest : public KmsTest {};

TEST_F(DisableKeyRotationTest, EndsRotationAndForgetsTheNextDate) {
  const KeyId key = newKey();
  store_->updateKey(key, [&](keys::KeyRecord& changed) {
    changed.rotationEnabled = true;
    changed.nextRotation = clock_.now();
  });
  disableKeyRotation(call(), {key.toString()});
  EXPECT_FALSE(record(key).rotationEnabled);
  EXPECT_FALSE(record(key).nextRotation.has_value());
  EXPECT_EQ(lifecycle_.rotateDueKeys(call().deadline), 0U);
}

TEST_F(DisableKeyRotationTest, ChangesNothingWhereRotationIsOffAlready) {
  const KeyId key = newKey();
  const std::string before = everything();
  disableKeyRotation(call(), {arn(key)});
  EXPECT_EQ(everything(), before);
}

TEST_F(DisableKeyRotationTest, RefusesKeysThatAreNotEnabled) {
  const KeyId key = newKey();
  setState(key, keys::KeyState::kDisabled);
  EXPECT_EQ(refusalOf([&] { disableKeyRotation(call(), {key.toString()}); }),
            (Refusal{ErrorCode::kDisabled, arn(key) + " is disabled."}));
  setState(key, keys::KeyState::kPendingDeletion);
  EXPECT_EQ(refusalOf([&] { disableKeyRotation(call(), {key.toString()}); }),
            (Refusal{ErrorCode::kInvalidState, arn(key) + " is pending deletion."}));
}

TEST_F(DisableKeyRotationTest, RefusesAnUnknownKey) {
  EXPECT_EQ(refusalOf([&] { disableKeyRotation(call(), {unknownKey().toString()}); }).code,
            ErrorCode::kNotFound);
}

}  // namespace
}  // namespace strongroom::operations
