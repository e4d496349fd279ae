#include "service/operations/tag_rules.h"

#include <set>
#include <string_view>

#include "service/operations/error.h"

namespace strongroom::operations {

void requireTagKeyAllowed(const std::string& key) {
  if (key.starts_with("aws:"))
    throw Error(ErrorCode::kTag, "Tags beginning with aws: are reserved");
}

void requireTagRules(const std::vector<keys::Tag>& tags) {
  std::set<std::string_view> seen;
  for (const keys::Tag& tag : tags) {
    requireTagKeyAllowed(tag.key);
    if (!seen.insert(tag.key).second) throw Error(ErrorCode::kTag, "Duplicate tag keys");
  }
}

void requireTagCount(const std::vector<keys::Tag>& tags) {
  if (tags.size() > kMaxTagsPerKey) throw Error(ErrorCode::kTag, "Too many tags");
}

}  // namespace strongroom::operations
