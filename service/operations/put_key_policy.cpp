#include "service/operations/put_key_policy.h"

#include "service/operations/error.h"
#include "service/operations/find_key.h"
#include "service/operations/key_policy.h"

namespace strongroom::operations {

void putKeyPolicy(const Context& context, const PutKeyPolicyRequest& request) {
  if (request.policyName.value_or(kPolicyName) != kPolicyName) {
    throw Error(ErrorCode::kValidation, "The only valid policy name is default.");
  }
  requireKeyPolicy(request.policy);
  changeKey(context, parseKeyId(context, request.keyId, kForManagement),
            [&](keys::KeyRecord& key) { key.policy = request.policy; });
}

}  // namespace strongroom::operations
