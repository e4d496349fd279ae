#pragma once

#include <string>

#include "service/operations/context.h"

namespace strongroom::operations {

struct CancelKeyDeletionRequest {
  std::string keyId;  ///< key id or key ARN
};

struct CancelKeyDeletionResponse {
  std::string keyArn;
};

/// Takes a key back from its deletion; it is disabled then, as in AWS. Throws Error kNotFound,
/// kInvalidArn, kInvalidState.
CancelKeyDeletionResponse cancelKeyDeletion(const Context& context,
                                            const CancelKeyDeletionRequest& request);

}  // namespace strongroom::operations
