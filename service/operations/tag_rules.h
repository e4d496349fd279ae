#pragma once

#include <string>
#include <vector>

#include "service/keys/records.h"

namespace strongroom::operations {

inline constexpr std::size_t kMaxTagsPerKey = 50;

/// Throws Error kTag: a repeated key, or one that begins with "aws:".
void requireTagRules(const std::vector<keys::Tag>& tags);

/// Throws Error kTag for a key that begins with "aws:".
void requireTagKeyAllowed(const std::string& key);

/// Throws Error kTag when there are more than kMaxTagsPerKey.
void requireTagCount(const std::vector<keys::Tag>& tags);

}  // namespace strongroom::operations
