#pragma once

#include <optional>
#include <string>
#include <vector>

#include "service/keys/records.h"
#include "service/operations/context.h"
#include "service/operations/paging.h"

namespace strongroom::operations {

struct ListAliasesRequest {
  std::optional<std::string> keyId;  ///< key id or key ARN; absent: the aliases of every key
  PageRequest page;
};

struct ListAliasesResponse {
  struct Entry {
    keys::Alias alias;
    std::string aliasArn;
  };
  std::vector<Entry> aliases;  ///< by ascending name
  std::optional<std::string> nextMarker;
};

/// Throws Error kNotFound, kInvalidArn, kInvalidMarker; keys::StoreError.
ListAliasesResponse listAliases(const Context& context, const ListAliasesRequest& request);

}  // namespace strongroom::operations
