#pragma once

#include <string>

#include "service/operations/context.h"

namespace strongroom::operations {

struct DisableKeyRequest {
  std::string keyId;  ///< key id or key ARN
};

/// Keeps a key from all cryptography, at once; no change when it is disabled already. Throws Error
/// kNotFound, kInvalidArn, kInvalidState.
void disableKey(const Context& context, const DisableKeyRequest& request);

}  // namespace strongroom::operations
