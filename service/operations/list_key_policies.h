#pragma once

#include <string>
#include <vector>

#include "service/operations/context.h"

namespace strongroom::operations {

struct ListKeyPoliciesRequest {
  std::string keyId;  ///< key id or key ARN
};

struct ListKeyPoliciesResponse {
  std::vector<std::string> policyNames;  ///< always "default" alone
};

/// Throws Error kNotFound, kInvalidArn; keys::StoreError.
ListKeyPoliciesResponse listKeyPolicies(const Context& context,
                                        const ListKeyPoliciesRequest& request);

}  // namespace strongroom::operations
