#pragma once

#include "tests/support/fault_channel.h"

namespace strongroom::testing {

/// The channel in `file`; nullptr when it cannot be mapped.
FaultChannel* openFaultChannel(const char* file);

/// What this process shows of itself in the channel. Throws std::runtime_error when there is no
/// room.
FaultProcess& claimProcess(FaultChannel& channel);

}  // namespace strongroom::testing
