#pragma once

#include "service/api/aws/members.h"

namespace strongroom::api::aws {

// Bounds that several operations share, from AWS's model of the service (kms-2014-11-01).

inline constexpr Length kKeyIdLength{1, 2048};
inline constexpr Length kPlaintextLength{1, 4096};
inline constexpr Length kCiphertextLength{1, 6144};
inline constexpr Length kDescriptionLength{0, 8192};
inline constexpr Length kPolicyLength{1, 131072};
inline constexpr Length kPolicyNameLength{1, 128};
inline constexpr Length kMarkerLength{1, 1024};
inline constexpr Length kGrantTokenCount{0, 10};
inline constexpr Length kGrantTokenLength{1, 8192};
inline constexpr Range kRandomBytes{1, 1024};

}  // namespace strongroom::api::aws
