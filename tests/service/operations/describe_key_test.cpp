#include "service/operations/describe_key.h"

#include "tests/support/kms_fixture.h"

namespace strongroom::operations {
namespace {

using testing::KmsTest;
using testing::Refusal;

class DescribeKeyTest : public KmsTest {};

TEST_F(DescribeKeyTest, KnowsAKeyByEachOfItsNames) {
  const KeyId key = newKey();
  addAlias("alias/one", key);
  for (const std::string& name : {key.toString(), arn(key), std::string("alias/one"),
                                  std::string("arn:aws:kms:us-east-1:000000000000:alias/one")}) {
    const KeyDescription description = describeKey(call(), {name});
    EXPECT_EQ(description.key.id, key) << name;
    EXPECT_EQ(description.arn, arn(key));
    EXPECT_EQ(description.accountId, "000000000000");
    EXPECT_EQ(description.currentKeyMaterialId, keys::keyMaterialId({key, 1}));
  }
}

TEST_F(DescribeKeyTest, WorksInEveryState) {
  const KeyId key = newKey();
  for (const auto state : {keys::KeyState::kDisabled, keys::KeyState::kPendingDeletion}) {
    setState(key, state);
    EXPECT_EQ(describeKey(call(), {arn(key)}).key.state, state);
  }
}

TEST_F(DescribeKeyTest, ShowsTheVersionThatEncryptsNow) {
  const KeyId key = newKey();
  lifecycle_.rotateKey(key, keys::RotationType::kOnDemand, call().deadline);
  EXPECT_EQ(describeKey(call(), {arn(key)}).currentKeyMaterialId, keys::keyMaterialId({key, 2}));
}

TEST_F(DescribeKeyTest, RefusesWhatNamesNoKey) {
  EXPECT_EQ(refusalOf([&] { describeKey(call(), {"no-such-form"}); }),
            (Refusal{ErrorCode::kNotFound, "Invalid keyId 'no-such-form'"}));
  EXPECT_EQ(refusalOf([&] { describeKey(call(), {unknownKey().toString()}); }),
            (Refusal{ErrorCode::kNotFound, "Key '" + arn(unknownKey()) + "' does not exist"}));
  EXPECT_EQ(refusalOf([&] { describeKey(call(), {"alias/none"}); }),
            (Refusal{ErrorCode::kNotFound,
                     "Alias arn:aws:kms:us-east-1:000000000000:alias/none is not found."}));
  EXPECT_EQ(refusalOf([&] { describeKey(call(), {"arn:aws:s3:::bucket"}); }),
            (Refusal{ErrorCode::kInvalidArn, "Invalid arn arn:aws:s3:::bucket"}));
}

TEST_F(DescribeKeyTest, MakesNoHsmCall) {
  const KeyId key = newKey();
  EXPECT_EQ(hsmCallsDuring([&] { describeKey(call(), {arn(key)}); }), 0U);
}

}  // namespace
}  // namespace strongroom::operations
