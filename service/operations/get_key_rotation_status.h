#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "service/keys/clock.h"
#include "service/operations/context.h"

namespace strongroom::operations {

struct GetKeyRotationStatusRequest {
  std::string keyId;  ///< key id or key ARN
};

struct GetKeyRotationStatusResponse {
  std::string keyArn;
  bool enabled = false;                         ///< false while the key is pending deletion
  std::uint32_t rotationPeriodDays = 0;         ///< meaningful while enabled
  std::optional<keys::TimePoint> nextRotation;  ///< while enabled
};

/// Throws Error kNotFound, kInvalidArn; keys::StoreError.
GetKeyRotationStatusResponse getKeyRotationStatus(const Context& context,
                                                  const GetKeyRotationStatusRequest& request);

}  // namespace strongroom::operations
