#pragma once

#include <string>
#include <vector>

#include "service/operations/context.h"

namespace strongroom::operations {

struct UntagResourceRequest {
  std::string keyId;  ///< key id or key ARN
  std::vector<std::string> tagKeys;
};

/// Removes tags; one that is not there is no error. Throws Error kTag, kNotFound, kInvalidArn,
/// kInvalidState.
void untagResource(const Context& context, const UntagResourceRequest& request);

}  // namespace strongroom::operations
