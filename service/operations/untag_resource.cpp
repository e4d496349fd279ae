#include "service/operations/untag_resource.h"

#include <algorithm>

#include "service/operations/find_key.h"
#include "service/operations/key_state.h"
#include "service/operations/tag_rules.h"

namespace strongroom::operations {

void untagResource(const Context& context, const UntagResourceRequest& request) {
  for (const std::string& key : request.tagKeys) requireTagKeyAllowed(key);
  const KeyId id = parseKeyId(context, request.keyId, kForManagement);
  const bool found = context.kms.store.updateTags(
      id, [&](const keys::KeyRecord& key, std::vector<keys::Tag>& tags) {
        requireState(context, key, Needs::kNotPendingDeletion);
        std::erase_if(tags, [&](const keys::Tag& tag) {
          return std::find(request.tagKeys.begin(), request.tagKeys.end(), tag.key) !=
                 request.tagKeys.end();
        });
      });
  if (!found) throw noSuchKey(context, id);
}

}  // namespace strongroom::operations
