#include "service/operations/list_aliases.h"

#include "service/operations/error.h"
#include "service/operations/find_key.h"

namespace strongroom::operations {

ListAliasesResponse listAliases(const Context& context, const ListAliasesRequest& request) {
  std::optional<KeyId> key;
  if (request.keyId) key = findKey(context, *request.keyId, kForManagement).id;
  const std::string after = request.page.marker.value_or("");
  if (!after.empty() && !after.starts_with("alias/")) {
    throw Error(ErrorCode::kInvalidMarker, "Could not deserialize the marker");
  }
  const keys::Page<keys::Alias> page =
      context.kms.store.listAliases(key, after, request.page.limit);
  ListAliasesResponse response;
  for (const keys::Alias& alias : page.entries) {
    response.aliases.push_back({alias, context.kms.account.aliasArn(alias.name)});
  }
  if (page.more) response.nextMarker = page.entries.back().name;
  return response;
}

}  // namespace strongroom::operations
