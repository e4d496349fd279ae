#include "service/operations/enable_key.h"

#include "tests/support/kms_fixture.h"

namespace strongroom::operations {
namespace {

using testing::KmsTest;
using testing::Refusal;

class EnableKeyTest : public KmsTest {};

TEST_F(EnableKeyTest, EnablesAKey) {
  const KeyId key = newKey();
  setState(key, keys::KeyState::kDisabled);
  enableKey(call(), {key.toString()});
  EXPECT_EQ(record(key).state, keys::KeyState::kEnabled);
}

TEST_F(EnableKeyTest, ChangesNothingTheSecondTime) {
  const KeyId key = newKey();
  enableKey(call(), {arn(key)});
  const std::string before = everything();
  enableKey(call(), {arn(key)});
  EXPECT_EQ(everything(), before);
}

TEST_F(EnableKeyTest, RefusesAKeyThatIsPendingDeletion) {
  const KeyId key = newKey();
  setState(key, keys::KeyState::kPendingDeletion);
  EXPECT_EQ(refusalOf([&] { enableKey(call(), {key.toString()}); }),
            (Refusal{ErrorCode::kInvalidState, arn(key) + " is pending deletion."}));
}

TEST_F(EnableKeyTest, RefusesWhatIsNoKeyOrAnAlias) {
  addAlias("alias/one", newKey());
  EXPECT_EQ(refusalOf([&] { enableKey(call(), {unknownKey().toString()}); }),
            (Refusal{ErrorCode::kNotFound, "Key '" + arn(unknownKey()) + "' does not exist"}));
  EXPECT_EQ(refusalOf([&] { enableKey(call(), {"alias/one"}); }),
            (Refusal{ErrorCode::kNotFound, "Invalid keyId 'alias/one'"}));
  EXPECT_EQ(refusalOf([&] { enableKey(call(), {"arn:aws:kms"}); }),
            (Refusal{ErrorCode::kInvalidArn, "Invalid arn arn:aws:kms"}));
}

}  // namespace
}  // namespace strongroom::operations
