#pragma once

#include <optional>
#include <string>
#include <vector>

#include "service/keys/records.h"
#include "service/operations/context.h"
#include "service/operations/paging.h"

namespace strongroom::operations {

enum class IncludeKeyMaterial { kRotationsOnly, kAllKeyMaterial };

struct ListKeyRotationsRequest {
  std::string keyId;  ///< key id or key ARN
  IncludeKeyMaterial include =
      IncludeKeyMaterial::kRotationsOnly;  ///< whether the first version is listed too
  PageRequest page;
};

struct ListKeyRotationsResponse {
  struct Entry {
    keys::KeyVersion version;
    std::string keyMaterialId;
    bool current = false;
  };
  std::string keyArn;
  std::vector<Entry> rotations;  ///< oldest first
  std::optional<std::string> nextMarker;
};

/// Throws Error kNotFound, kInvalidArn, kInvalidMarker; keys::StoreError.
ListKeyRotationsResponse listKeyRotations(const Context& context,
                                          const ListKeyRotationsRequest& request);

}  // namespace strongroom::operations
