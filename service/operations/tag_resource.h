#pragma once

#include <string>
#include <vector>

#include "service/keys/records.h"
#include "service/operations/context.h"

namespace strongroom::operations {

struct TagResourceRequest {
  std::string keyId;  ///< key id or key ARN
  std::vector<keys::Tag> tags;
};

/// Adds tags, and replaces the values of those that are there. Throws Error kTag, kNotFound,
/// kInvalidArn, kInvalidState.
void tagResource(const Context& context, const TagResourceRequest& request);

}  // namespace strongroom::operations
