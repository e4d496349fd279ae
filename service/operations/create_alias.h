#pragma once

#include <string>

#include "service/operations/context.h"

namespace strongroom::operations {

struct CreateAliasRequest {
  std::string aliasName;    ///< with its prefix
  std::string targetKeyId;  ///< key id or key ARN
};

/// Throws Error kValidation, kInvalidAliasName, kAlreadyExists, kNotFound, kInvalidState,
/// kLimitExceeded.
void createAlias(const Context& context, const CreateAliasRequest& request);

}  // namespace strongroom::operations
