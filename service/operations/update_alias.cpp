#include "service/operations/update_alias.h"

#include "service/operations/alias_rules.h"
#include "service/operations/find_key.h"
#include "service/operations/key_state.h"

namespace strongroom::operations {

void updateAlias(const Context& context, const UpdateAliasRequest& request) {
  requireAliasName(request.aliasName);
  const KeyId target = parseKeyId(context, request.targetKeyId, kForAliasTarget);
  const std::optional<bool> updated =
      context.kms.store.updateAlias(request.aliasName, target, context.kms.clock.now(),
                                    [&](const keys::KeyRecord& key, std::size_t otherAliases) {
                                      requireState(context, key, Needs::kNotPendingDeletion);
                                      requireRoomForAlias(context, key, otherAliases);
                                    });
  if (!updated) throw noSuchKey(context, target);
  if (!*updated) throw noSuchAlias(context, request.aliasName);
}

}  // namespace strongroom::operations
