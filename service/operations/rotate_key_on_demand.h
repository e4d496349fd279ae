#pragma once

#include <string>

#include "service/operations/context.h"

namespace strongroom::operations {

struct RotateKeyOnDemandRequest {
  std::string keyId;  ///< key id or key ARN
};

struct RotateKeyOnDemandResponse {
  std::string keyArn;
};

/// Makes a new version and encrypts with it from now on; done when it returns. At most 25 times in
/// a key's life, and not within 20 minutes of an automatic rotation. Throws Error kLimitExceeded,
/// kConflict, kDisabled, kInvalidState, kNotFound, kInvalidArn; hsm::Error, keys::StoreError.
RotateKeyOnDemandResponse rotateKeyOnDemand(const Context& context,
                                            const RotateKeyOnDemandRequest& request);

}  // namespace strongroom::operations
