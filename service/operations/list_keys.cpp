#include "service/operations/list_keys.h"

#include "service/operations/error.h"

namespace strongroom::operations {

ListKeysResponse listKeys(const Context& context, const PageRequest& request) {
  std::optional<KeyId> after;
  if (request.marker) {
    after = KeyId::parse(*request.marker);
    if (!after) throw Error(ErrorCode::kInvalidMarker, "Could not deserialize the marker");
  }
  const keys::Page<keys::KeyRecord> page = context.kms.store.listKeys(after, request.limit);
  ListKeysResponse response;
  for (const keys::KeyRecord& key : page.entries) {
    response.keys.push_back({key.id.toString(), context.kms.account.keyArn(key.id)});
  }
  if (page.more) response.nextMarker = response.keys.back().keyId;
  return response;
}

}  // namespace strongroom::operations
