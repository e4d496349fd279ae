#pragma once

#include <string>

#include "service/operations/context.h"

namespace strongroom::operations {

struct EnableKeyRequest {
  std::string keyId;  ///< key id or key ARN
};

/// Lets a key be used again; no change when it is enabled already. Throws Error kNotFound,
/// kInvalidArn, kInvalidState.
void enableKey(const Context& context, const EnableKeyRequest& request);

}  // namespace strongroom::operations
