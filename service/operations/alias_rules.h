#pragma once

#include <string>

#include "service/operations/context.h"
#include "service/operations/error.h"

namespace strongroom::operations {

/// The most aliases that one key can have (AWS KMS quotas).
inline constexpr std::size_t kMaxAliasesPerKey = 50;

/// Throws Error kValidation for a name without "alias/", kInvalidAliasName for one that is reserved
/// or empty behind it, or holds what an alias ARN cannot.
void requireAliasName(const std::string& name);

/// Throws Error kLimitExceeded when `key` has `aliases` and can take no more.
void requireRoomForAlias(const Context& context, const keys::KeyRecord& key, std::size_t aliases);

/// The refusal for an alias that is not there.
Error noSuchAlias(const Context& context, const std::string& name);

}  // namespace strongroom::operations
