#include "service/operations/update_key_description.h"

#include "tests/support/kms_fixture.h"

namespace strongroom::operations {
namespace {

using testing::KmsTest;
using testing::Refusal;

class UpdateKeyDescriptionTest : public KmsTest {};

TEST_F(UpdateKeyDescriptionTest, ReplacesTheDescription) {
  const KeyId key = newKey();
  updateKeyDescription(call(), {key.toString(), "photos \xf0\x9f\x93\xb7"});
  EXPECT_EQ(record(key).description, "photos \xf0\x9f\x93\xb7");
  updateKeyDescription(call(), {arn(key), ""});
  EXPECT_EQ(record(key).description, "");
}

TEST_F(UpdateKeyDescriptionTest, KeepsEveryByteOfATextWithNulInIt) {
  const KeyId key = newKey();
  const std::string text("a\0b", 3);
  updateKeyDescription(call(), {arn(key), text});
  EXPECT_EQ(record(key).description, text);
}

TEST_F(UpdateKeyDescriptionTest, TakesADisabledKeyAndNoneThatIsPendingDeletion) {
  const KeyId key = newKey();
  setState(key, keys::KeyState::kDisabled);
  updateKeyDescription(call(), {arn(key), "photos"});
  setState(key, keys::KeyState::kPendingDeletion);
  EXPECT_EQ(refusalOf([&] {
              updateKeyDescription(call(), {arn(key), "other"});
            }),
            (Refusal{ErrorCode::kInvalidState, arn(key) + " is pending deletion."}));
}

TEST_F(UpdateKeyDescriptionTest, RefusesAnUnknownKey) {
  EXPECT_EQ(refusalOf([&] {
              updateKeyDescription(call(), {unknownKey().toString(), "x"});
            }),
            (Refusal{ErrorCode::kNotFound, "Key '" + arn(unknownKey()) + "' does not exist"}));
}

}  // namespace
}  // namespace strongroom::operations
