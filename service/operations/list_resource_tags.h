#pragma once

#include <optional>
#include <string>
#include <vector>

#include "service/keys/records.h"
#include "service/operations/context.h"
#include "service/operations/paging.h"

namespace strongroom::operations {

struct ListResourceTagsRequest {
  std::string keyId;  ///< key id or key ARN
  PageRequest page;
};

struct ListResourceTagsResponse {
  std::vector<keys::Tag> tags;  ///< by ascending key
  std::optional<std::string> nextMarker;
};

/// Throws Error kNotFound, kInvalidArn, kInvalidMarker; keys::StoreError.
ListResourceTagsResponse listResourceTags(const Context& context,
                                          const ListResourceTagsRequest& request);

}  // namespace strongroom::operations
