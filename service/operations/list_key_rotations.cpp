#include "service/operations/list_key_rotations.h"

#include <algorithm>

#include "service/operations/find_key.h"

namespace strongroom::operations {

ListKeyRotationsResponse listKeyRotations(const Context& context,
                                          const ListKeyRotationsRequest& request) {
  const keys::KeyRecord key = findKey(context, request.keyId, kForManagement);
  std::vector<keys::KeyVersion> versions = context.kms.store.versions(key.id);
  if (request.include == IncludeKeyMaterial::kRotationsOnly) {
    std::erase_if(versions, [](const keys::KeyVersion& version) {
      return version.type == keys::RotationType::kInitial;
    });
  }
  const std::size_t first = positionOf(request.page.marker, versions.size());
  ListKeyRotationsResponse response;
  response.keyArn = context.kms.account.keyArn(key.id);
  for (std::size_t i = first; i < versions.size() && response.rotations.size() < request.page.limit;
       ++i) {
    response.rotations.push_back({versions[i], keys::keyMaterialId(versions[i].ref),
                                  versions[i].ref.version == key.currentVersion});
  }
  const std::size_t next = first + response.rotations.size();
  if (next < versions.size()) response.nextMarker = std::to_string(next);
  return response;
}

}  // namespace strongroom::operations
