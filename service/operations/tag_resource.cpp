#include "service/operations/tag_resource.h"

#include <algorithm>

#include "service/operations/find_key.h"
#include "service/operations/key_state.h"
#include "service/operations/tag_rules.h"

namespace strongroom::operations {

void tagResource(const Context& context, const TagResourceRequest& request) {
  requireTagRules(request.tags);
  const KeyId id = parseKeyId(context, request.keyId, kForManagement);
  const bool found = context.kms.store.updateTags(
      id, [&](const keys::KeyRecord& key, std::vector<keys::Tag>& tags) {
        requireState(context, key, Needs::kNotPendingDeletion);
        for (const keys::Tag& tag : request.tags) {
          std::erase_if(tags, [&](const keys::Tag& old) { return old.key == tag.key; });
          tags.push_back(tag);
        }
        requireTagCount(tags);
      });
  if (!found) throw noSuchKey(context, id);
}

}  // namespace strongroom::operations
