#include "service/operations/disable_key.h"

#include "tests/support/kms_fixture.h"

namespace strongroom::operations {
namespace {

using testing::KmsTest;
using testing::Refusal;

class DisableKeyTest : public KmsTest {};

TEST_F(DisableKeyTest, DisablesAKey) {
  const KeyId key = newKey();
  setState(key, keys::KeyState::kEnabled);
  disableKey(call(), {key.toString()});
  EXPECT_EQ(record(key).state, keys::KeyState::kDisabled);
}

TEST_F(DisableKeyTest, ChangesNothingTheSecondTime) {
  const KeyId key = newKey();
  disableKey(call(), {arn(key)});
  const std::string before = everything();
  disableKey(call(), {arn(key)});
  EXPECT_EQ(everything(), before);
}

TEST_F(DisableKeyTest, RefusesAKeyThatIsPendingDeletion) {
  const KeyId key = newKey();
  setState(key, keys::KeyState::kPendingDeletion);
  EXPECT_EQ(refusalOf([&] { disableKey(call(), {key.toString()}); }),
            (Refusal{ErrorCode::kInvalidState, arn(key) + " is pending deletion."}));
}

TEST_F(DisableKeyTest, RefusesWhatIsNoKeyOrAnAlias) {
  addAlias("alias/one", newKey());
  EXPECT_EQ(refusalOf([&] { disableKey(call(), {unknownKey().toString()}); }),
            (Refusal{ErrorCode::kNotFound, "Key '" + arn(unknownKey()) + "' does not exist"}));
  EXPECT_EQ(refusalOf([&] { disableKey(call(), {"alias/one"}); }),
            (Refusal{ErrorCode::kNotFound, "Invalid keyId 'alias/one'"}));
  EXPECT_EQ(refusalOf([&] { disableKey(call(), {"arn:aws:kms"}); }),
            (Refusal{ErrorCode::kInvalidArn, "Invalid arn arn:aws:kms"}));
}

}  // namespace
}  // namespace strongroom::operations
