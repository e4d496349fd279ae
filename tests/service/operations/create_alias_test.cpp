#include "service/operations/create_alias.h"

#include "service/operations/alias_rules.h"
#include "tests/support/kms_fixture.h"

namespace strongroom::operations {
namespace {

using testing::KmsTest;
using testing::Refusal;

class CreateAliasTest : public KmsTest {};

TEST_F(CreateAliasTest, NamesAKeyByItsIdOrItsArn) {
  const KeyId key = newKey();
  createAlias(call(), {"alias/one", key.toString()});
  createAlias(call(), {"alias/two/of_them-2", arn(key)});
  for (const char* name : {"alias/one", "alias/two/of_them-2"}) {
    const std::optional<keys::Alias> alias = store_->findAlias(name);
    ASSERT_TRUE(alias.has_value()) << name;
    EXPECT_EQ(alias->target, key);
    EXPECT_EQ(alias->created, clock_.now());
    EXPECT_EQ(alias->updated, clock_.now());
  }
}

TEST_F(CreateAliasTest, NamesADisabledKeyToo) {
  const KeyId key = newKey();
  setState(key, keys::KeyState::kDisabled);
  createAlias(call(), {"alias/one", key.toString()});
  EXPECT_TRUE(store_->findAlias("alias/one").has_value());
}

TEST_F(CreateAliasTest, RefusesANameThatIsTakenByWhateverKey) {
  const KeyId first = newKey();
  const KeyId second = newKey();
  createAlias(call(), {"alias/one", first.toString()});
  for (const KeyId& key : {first, second}) {
    EXPECT_EQ(
        refusalOf([&] {
          createAlias(call(), {"alias/one", key.toString()});
        }),
        (Refusal{ErrorCode::kAlreadyExists,
                 "An alias with the name arn:aws:kms:us-east-1:000000000000:alias/one already "
                 "exists"}));
  }
}

TEST_F(CreateAliasTest, RefusesAKeyThatIsPendingDeletion) {
  const KeyId key = newKey();
  setState(key, keys::KeyState::kPendingDeletion);
  EXPECT_EQ(refusalOf([&] {
              createAlias(call(), {"alias/one", key.toString()});
            }),
            (Refusal{ErrorCode::kInvalidState, arn(key) + " is pending deletion."}));
}

TEST_F(CreateAliasTest, RefusesTargetsThatAreNoKeyOfOurs) {
  addAlias("alias/one", newKey());
  EXPECT_EQ(refusalOf([&] {
              createAlias(call(), {"alias/two", unknownKey().toString()});
            }),
            (Refusal{ErrorCode::kNotFound, "Key '" + arn(unknownKey()) + "' does not exist"}));
  EXPECT_EQ(refusalOf([&] {
              createAlias(call(), {"alias/two", "alias/one"});
            }),
            (Refusal{ErrorCode::kNotFound, "Invalid keyId 'alias/one'"}));
  EXPECT_EQ(refusalOf([&] {
              createAlias(call(), {"alias/two", "arn:aws:kms"});
            }),
            (Refusal{ErrorCode::kNotFound, "Invalid arn arn:aws:kms"}))
      << "CreateAlias has no InvalidArnException in AWS's model";
}

TEST_F(CreateAliasTest, RefusesABadNameBeforeItLooksAtTheKey) {
  EXPECT_EQ(refusalOf([&] {
              createAlias(call(), {"one", unknownKey().toString()});
            }).code,
            ErrorCode::kValidation);
}

TEST_F(CreateAliasTest, GivesAKeyFiftyAliasesAndNoMore) {
  const KeyId key = newKey();
  for (std::size_t i = 0; i < kMaxAliasesPerKey; ++i) {
    createAlias(call(), {"alias/" + std::to_string(i), key.toString()});
  }
  EXPECT_EQ(refusalOf([&] {
              createAlias(call(), {"alias/more", key.toString()});
            }),
            (Refusal{ErrorCode::kLimitExceeded,
                     arn(key) + " has 50 aliases, which is as many as a key can have."}));
  createAlias(call(), {"alias/more", newKey().toString()});
}

}  // namespace
}  // namespace strongroom::operations
