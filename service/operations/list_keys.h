#pragma once

#include <optional>
#include <string>
#include <vector>

#include "service/operations/context.h"
#include "service/operations/paging.h"

namespace strongroom::operations {

struct ListKeysResponse {
  struct Entry {
    std::string keyId;
    std::string keyArn;
  };
  std::vector<Entry> keys;  ///< by ascending key id
  std::optional<std::string> nextMarker;
};

/// Throws Error kInvalidMarker; keys::StoreError.
ListKeysResponse listKeys(const Context& context, const PageRequest& request);

}  // namespace strongroom::operations
