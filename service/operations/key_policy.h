#pragma once

#include <string>

#include "service/keys/arn.h"

namespace strongroom::operations {

/// The largest policy document, in bytes (AWS KMS quotas).
inline constexpr std::size_t kMaxPolicyBytes = 32768;

/// The only name a key policy can have.
inline constexpr const char* kPolicyName = "default";

/// Throws Error kLimitExceeded for a document over kMaxPolicyBytes, kMalformedPolicy for one that
/// is no policy.
void requireKeyPolicy(const std::string& document);

/// What AWS gives a key that is made without a policy: the owner account may do everything, by its
/// identity policies.
std::string defaultKeyPolicy(const keys::Account& account);

}  // namespace strongroom::operations
