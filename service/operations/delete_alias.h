#pragma once

#include <string>

#include "service/operations/context.h"

namespace strongroom::operations {

struct DeleteAliasRequest {
  std::string aliasName;  ///< with its prefix
};

/// Forgets a name; the key stays. Throws Error kValidation, kInvalidAliasName, kNotFound.
void deleteAlias(const Context& context, const DeleteAliasRequest& request);

}  // namespace strongroom::operations
