#pragma once

#include <optional>
#include <string>

#include "service/operations/context.h"

namespace strongroom::operations {

struct PutKeyPolicyRequest {
  std::string keyId;                      ///< key id or key ARN
  std::optional<std::string> policyName;  ///< "default", the only one there can be
  std::string policy;                     ///< a policy document, at most 32768 bytes
};

/// Replaces the key policy. Throws Error kValidation, kMalformedPolicy, kLimitExceeded, kNotFound,
/// kInvalidArn.
void putKeyPolicy(const Context& context, const PutKeyPolicyRequest& request);

}  // namespace strongroom::operations
