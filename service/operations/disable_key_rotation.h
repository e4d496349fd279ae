#pragma once

#include <string>

#include "service/operations/context.h"

namespace strongroom::operations {

struct DisableKeyRotationRequest {
  std::string keyId;  ///< key id or key ARN
};

/// Ends automatic rotation; versions stay. Throws Error kDisabled, kInvalidState, kNotFound,
/// kInvalidArn.
void disableKeyRotation(const Context& context, const DisableKeyRotationRequest& request);

}  // namespace strongroom::operations
