#pragma once

#include <cstdint>
#include <string>

#include "service/keys/clock.h"
#include "service/operations/context.h"

namespace strongroom::operations {

struct ScheduleKeyDeletionRequest {
  std::string keyId;                     ///< key id or key ARN
  std::uint32_t pendingWindowDays = 30;  ///< 7 to 30
};

struct ScheduleKeyDeletionResponse {
  std::string keyArn;
  keys::TimePoint deletionDate;
  std::uint32_t pendingWindowDays = 0;
};

/// Stops all use of a key and sets the date at which every version of it is destroyed in the token.
/// Throws Error kNotFound, kInvalidArn, kInvalidState (it is pending deletion already).
ScheduleKeyDeletionResponse scheduleKeyDeletion(const Context& context,
                                                const ScheduleKeyDeletionRequest& request);

}  // namespace strongroom::operations
