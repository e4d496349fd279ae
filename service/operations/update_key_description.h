#pragma once

#include <string>

#include "service/operations/context.h"

namespace strongroom::operations {

struct UpdateKeyDescriptionRequest {
  std::string keyId;        ///< key id or key ARN
  std::string description;  ///< 0 to 8192 characters
};

/// Throws Error kNotFound, kInvalidArn, kInvalidState.
void updateKeyDescription(const Context& context, const UpdateKeyDescriptionRequest& request);

}  // namespace strongroom::operations
