#include "service/operations/list_resource_tags.h"

#include "service/operations/find_key.h"

namespace strongroom::operations {

ListResourceTagsResponse listResourceTags(const Context& context,
                                          const ListResourceTagsRequest& request) {
  const keys::KeyRecord key = findKey(context, request.keyId, kForManagement);
  std::vector<keys::Tag> tags = context.kms.store.tags(key.id);
  // The marker counts tags: a tag key may hold characters that a marker cannot.
  const std::size_t first = positionOf(request.page.marker, tags.size());
  ListResourceTagsResponse response;
  for (std::size_t i = first; i < tags.size() && response.tags.size() < request.page.limit; ++i) {
    response.tags.push_back(std::move(tags[i]));
  }
  const std::size_t next = first + response.tags.size();
  if (next < tags.size()) response.nextMarker = std::to_string(next);
  return response;
}

}  // namespace strongroom::operations
