#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "service/operations/context.h"

namespace strongroom::operations {

struct EnableKeyRotationRequest {
  std::string keyId;                                ///< key id or key ARN
  std::optional<std::uint32_t> rotationPeriodDays;  ///< 90 to 2560; absent: as it was, 365 at first
};

/// Rotates the key by itself from now on, each period. A call that changes nothing leaves the next
/// date as it is. Throws Error kDisabled, kInvalidState, kNotFound, kInvalidArn.
void enableKeyRotation(const Context& context, const EnableKeyRotationRequest& request);

}  // namespace strongroom::operations
