#include "service/operations/get_key_policy.h"

#include "service/operations/put_key_policy.h"
#include "tests/support/kms_fixture.h"

namespace strongroom::operations {
namespace {

using testing::KmsTest;
using testing::Refusal;

class GetKeyPolicyTest : public KmsTest {};

TEST_F(GetKeyPolicyTest, GivesThePolicyByteForByte) {
  const KeyId key = newKey();
  const std::string policy = " {\n\"Statement\" : [ ] }\t";
  putKeyPolicy(call(), {key.toString(), std::nullopt, policy});
  for (const std::optional<std::string>& name : {std::optional<std::string>(), {"default"}}) {
    const GetKeyPolicyResponse response = getKeyPolicy(call(), {arn(key), name});
    EXPECT_EQ(response.policy, policy);
    EXPECT_EQ(response.policyName, "default");
  }
}

TEST_F(GetKeyPolicyTest, WorksWhilePendingDeletion) {
  const KeyId key = newKey();
  setState(key, keys::KeyState::kPendingDeletion);
  EXPECT_EQ(getKeyPolicy(call(), {arn(key), std::nullopt}).policyName, "default");
}

TEST_F(GetKeyPolicyTest, KnowsNoOtherPolicy) {
  const KeyId key = newKey();
  EXPECT_EQ(refusalOf([&] {
              getKeyPolicy(call(), {arn(key), "other"});
            }),
            (Refusal{ErrorCode::kNotFound, "No such policy exists"}));
}

TEST_F(GetKeyPolicyTest, RefusesWhatIsNoKeyOrAnAlias) {
  addAlias("alias/one", newKey());
  EXPECT_EQ(refusalOf([&] {
              getKeyPolicy(call(), {unknownKey().toString(), {}});
            }),
            (Refusal{ErrorCode::kNotFound, "Key '" + arn(unknownKey()) + "' does not exist"}));
  EXPECT_EQ(refusalOf([&] {
              getKeyPolicy(call(), {"alias/one", {}});
            }),
            (Refusal{ErrorCode::kNotFound, "Invalid keyId 'alias/one'"}));
}

}  // namespace
}  // namespace strongroom::operations
