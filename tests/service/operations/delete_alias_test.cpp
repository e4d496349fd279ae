#include "service/operations/delete_alias.h"

#include "tests/support/kms_fixture.h"

namespace strongroom::operations {
namespace {

using testing::KmsTest;
using testing::Refusal;

class DeleteAliasTest : public KmsTest {};

TEST_F(DeleteAliasTest, ForgetsTheNameAndKeepsTheKey) {
  const KeyId key = newKey();
  addAlias("alias/one", key);
  addAlias("alias/two", key);
  deleteAlias(call(), {"alias/one"});
  EXPECT_FALSE(store_->findAlias("alias/one").has_value());
  EXPECT_TRUE(store_->findAlias("alias/two").has_value());
  EXPECT_EQ(record(key).state, keys::KeyState::kEnabled);
}

TEST_F(DeleteAliasTest, WorksInEveryStateOfTheKey) {
  const KeyId key = newKey();
  for (const auto state : {keys::KeyState::kDisabled, keys::KeyState::kPendingDeletion}) {
    addAlias("alias/one", key);
    setState(key, state);
    deleteAlias(call(), {"alias/one"});
    EXPECT_FALSE(store_->findAlias("alias/one").has_value());
  }
}

TEST_F(DeleteAliasTest, RefusesANameThatIsNotThere) {
  EXPECT_EQ(refusalOf([&] { deleteAlias(call(), {"alias/one"}); }),
            (Refusal{ErrorCode::kNotFound,
                     "Alias arn:aws:kms:us-east-1:000000000000:alias/one is not found."}));
}

TEST_F(DeleteAliasTest, RefusesABadName) {
  EXPECT_EQ(refusalOf([&] { deleteAlias(call(), {"one"}); }).code, ErrorCode::kValidation);
  EXPECT_EQ(refusalOf([&] { deleteAlias(call(), {"alias/aws/s3"}); }).code,
            ErrorCode::kInvalidAliasName);
}

}  // namespace
}  // namespace strongroom::operations
