#pragma once

#include <optional>
#include <string>

#include "service/operations/context.h"

namespace strongroom::operations {

struct GetKeyPolicyRequest {
  std::string keyId;                      ///< key id or key ARN
  std::optional<std::string> policyName;  ///< "default", the only one there is
};

struct GetKeyPolicyResponse {
  std::string policy;  ///< as it was given
  std::string policyName;
};

/// Throws Error kNotFound (also for another policy name), kInvalidArn; keys::StoreError.
GetKeyPolicyResponse getKeyPolicy(const Context& context, const GetKeyPolicyRequest& request);

}  // namespace strongroom::operations
