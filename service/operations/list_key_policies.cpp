#include "service/operations/list_key_policies.h"

#include "service/operations/find_key.h"
#include "service/operations/key_policy.h"

namespace strongroom::operations {

ListKeyPoliciesResponse listKeyPolicies(const Context& context,
                                        const ListKeyPoliciesRequest& request) {
  findKey(context, request.keyId, kForManagement);
  return {{kPolicyName}};
}

}  // namespace strongroom::operations
