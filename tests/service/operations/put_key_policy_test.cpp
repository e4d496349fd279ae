#include "service/operations/put_key_policy.h"

#include "service/operations/key_policy.h"
#include "tests/support/kms_fixture.h"

namespace strongroom::operations {
namespace {

using testing::KmsTest;
using testing::Refusal;

class PutKeyPolicyTest : public KmsTest {
 protected:
  const std::string kPolicy = R"({"Version":"2012-10-17","Statement":[]})";
  const KeyId key_ = newKey();
};

TEST_F(PutKeyPolicyTest, ReplacesThePolicy) {
  putKeyPolicy(call(), {key_.toString(), std::nullopt, kPolicy});
  EXPECT_EQ(record(key_).policy, kPolicy);
  putKeyPolicy(call(), {arn(key_), "default", R"({"Statement":[]})"});
  EXPECT_EQ(record(key_).policy, R"({"Statement":[]})");
}

TEST_F(PutKeyPolicyTest, WorksInEveryState) {
  for (const auto state : {keys::KeyState::kDisabled, keys::KeyState::kPendingDeletion}) {
    setState(key_, state);
    putKeyPolicy(call(), {arn(key_), std::nullopt, kPolicy});
    EXPECT_EQ(record(key_).state, state);
  }
}

TEST_F(PutKeyPolicyTest, RefusesAnotherName) {
  EXPECT_EQ(refusalOf([&] {
              putKeyPolicy(call(), {arn(key_), "other", kPolicy});
            }),
            (Refusal{ErrorCode::kValidation, "The only valid policy name is default."}));
}

TEST_F(PutKeyPolicyTest, RefusesWhatIsNoPolicy) {
  EXPECT_EQ(refusalOf([&] {
              putKeyPolicy(call(), {arn(key_), std::nullopt, "{}"});
            }),
            (Refusal{ErrorCode::kMalformedPolicy, "Policy has no Statement."}));
}

TEST_F(PutKeyPolicyTest, TakesTheLargestDocumentAndNoLarger) {
  const std::string largest = kPolicy + std::string(kMaxPolicyBytes - kPolicy.size(), ' ');
  putKeyPolicy(call(), {arn(key_), std::nullopt, largest});
  EXPECT_EQ(
      refusalOf([&] {
        putKeyPolicy(call(), {arn(key_), std::nullopt, largest + ' '});
      }),
      (Refusal{ErrorCode::kLimitExceeded, "The policy document is larger than 32768 bytes."}));
}

TEST_F(PutKeyPolicyTest, RefusesAnUnknownKey) {
  EXPECT_EQ(refusalOf([&] {
              putKeyPolicy(call(), {unknownKey().toString(), std::nullopt, kPolicy});
            }),
            (Refusal{ErrorCode::kNotFound, "Key '" + arn(unknownKey()) + "' does not exist"}));
}

}  // namespace
}  // namespace strongroom::operations
