#include "service/operations/get_key_policy.h"

#include "service/operations/error.h"
#include "service/operations/find_key.h"
#include "service/operations/key_policy.h"

namespace strongroom::operations {

GetKeyPolicyResponse getKeyPolicy(const Context& context, const GetKeyPolicyRequest& request) {
  keys::KeyRecord key = findKey(context, request.keyId, kForManagement);
  if (request.policyName.value_or(kPolicyName) != kPolicyName) {
    throw Error(ErrorCode::kNotFound, "No such policy exists");
  }
  return {std::move(key.policy), kPolicyName};
}

}  // namespace strongroom::operations
