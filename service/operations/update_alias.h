#pragma once

#include <string>

#include "service/operations/context.h"

namespace strongroom::operations {

struct UpdateAliasRequest {
  std::string aliasName;    ///< with its prefix
  std::string targetKeyId;  ///< key id or key ARN
};

/// Points an alias at another key. Throws Error kValidation, kInvalidAliasName, kNotFound,
/// kInvalidState, kLimitExceeded.
void updateAlias(const Context& context, const UpdateAliasRequest& request);

}  // namespace strongroom::operations
