#include "service/operations/update_alias.h"

#include "service/operations/alias_rules.h"
#include "tests/support/kms_fixture.h"

namespace strongroom::operations {
namespace {

using testing::KmsTest;
using testing::Refusal;

class UpdateAliasTest : public KmsTest {
 protected:
  UpdateAliasTest() : first_(newKey()), second_(newKey()) { addAlias("alias/one", first_); }

  void fill(const KeyId& key) {
    for (std::size_t i = 0; i < kMaxAliasesPerKey; ++i) {
      addAlias("alias/full/" + std::to_string(i), key);
    }
  }

  const KeyId first_;
  const KeyId second_;
};

TEST_F(UpdateAliasTest, PointsAnAliasAtAnotherKey) {
  const keys::TimePoint created = clock_.now();
  clock_.advance(std::chrono::hours(1));
  updateAlias(call(), {"alias/one", arn(second_)});
  const keys::Alias alias = store_->findAlias("alias/one").value();
  EXPECT_EQ(alias.target, second_);
  EXPECT_EQ(alias.created, created);
  EXPECT_EQ(alias.updated, clock_.now());
}

TEST_F(UpdateAliasTest, LetsAnAliasGoFromAKeyThatIsPendingDeletion) {
  setState(first_, keys::KeyState::kPendingDeletion);
  updateAlias(call(), {"alias/one", second_.toString()});
  EXPECT_EQ(store_->findAlias("alias/one")->target, second_);
}

TEST_F(UpdateAliasTest, RefusesATargetThatIsPendingDeletion) {
  setState(second_, keys::KeyState::kPendingDeletion);
  EXPECT_EQ(refusalOf([&] {
              updateAlias(call(), {"alias/one", arn(second_)});
            }),
            (Refusal{ErrorCode::kInvalidState, arn(second_) + " is pending deletion."}));
}

TEST_F(UpdateAliasTest, RefusesATargetThatHasFiftyAliases) {
  fill(second_);
  EXPECT_EQ(refusalOf([&] {
              updateAlias(call(), {"alias/one", arn(second_)});
            }),
            (Refusal{ErrorCode::kLimitExceeded,
                     arn(second_) + " has 50 aliases, which is as many as a key can have."}));
}

TEST_F(UpdateAliasTest, MayPointWhereItPointsAlreadyHoweverManyAliasesThereAre) {
  fill(second_);
  updateAlias(call(), {"alias/full/7", arn(second_)});
  EXPECT_EQ(store_->findAlias("alias/full/7")->target, second_);
}

TEST_F(UpdateAliasTest, RefusesAnAliasThatIsNotThere) {
  EXPECT_EQ(refusalOf([&] {
              updateAlias(call(), {"alias/two", arn(second_)});
            }),
            (Refusal{ErrorCode::kNotFound,
                     "Alias arn:aws:kms:us-east-1:000000000000:alias/two is not found."}));
}

TEST_F(UpdateAliasTest, RefusesTargetsThatAreNoKeyOfOurs) {
  EXPECT_EQ(refusalOf([&] {
              updateAlias(call(), {"alias/one", unknownKey().toString()});
            }),
            (Refusal{ErrorCode::kNotFound, "Key '" + arn(unknownKey()) + "' does not exist"}));
  EXPECT_EQ(refusalOf([&] {
              updateAlias(call(), {"alias/one", "alias/one"});
            }),
            (Refusal{ErrorCode::kNotFound, "Invalid keyId 'alias/one'"}));
}

TEST_F(UpdateAliasTest, RefusesABadName) {
  EXPECT_EQ(refusalOf([&] {
              updateAlias(call(), {"one", arn(second_)});
            }).code,
            ErrorCode::kValidation);
}

}  // namespace
}  // namespace strongroom::operations
