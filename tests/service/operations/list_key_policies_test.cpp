#include "service/operations/list_key_policies.h"

#include "tests/support/kms_fixture.h"

namespace strongroom::operations {
namespace {

using testing::KmsTest;
using testing::Refusal;

class ListKeyPoliciesTest : public KmsTest {};

TEST_F(ListKeyPoliciesTest, IsAlwaysDefaultAlone) {
  const KeyId key = newKey();
  for (const auto state : {keys::KeyState::kEnabled, keys::KeyState::kPendingDeletion}) {
    setState(key, state);
    EXPECT_EQ(listKeyPolicies(call(), {arn(key)}).policyNames,
              (std::vector<std::string>{"default"}));
  }
}

TEST_F(ListKeyPoliciesTest, RefusesAnUnknownKey) {
  EXPECT_EQ(refusalOf([&] { listKeyPolicies(call(), {unknownKey().toString()}); }),
            (Refusal{ErrorCode::kNotFound, "Key '" + arn(unknownKey()) + "' does not exist"}));
}

}  // namespace
}  // namespace strongroom::operations
