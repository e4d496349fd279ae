#include "service/operations/create_alias.h"

#include "service/operations/alias_rules.h"
#include "service/operations/find_key.h"
#include "service/operations/key_state.h"

namespace strongroom::operations {

void createAlias(const Context& context, const CreateAliasRequest& request) {
  requireAliasName(request.aliasName);
  const KeyId target = parseKeyId(context, request.targetKeyId, kForAliasTarget);
  const keys::TimePoint now = context.kms.clock.now();
  const std::optional<bool> created = context.kms.store.createAlias(
      {.name = request.aliasName, .target = target, .created = now, .updated = now},
      [&](const keys::KeyRecord& key, std::size_t aliases) {
        requireState(context, key, Needs::kNotPendingDeletion);
        requireRoomForAlias(context, key, aliases);
      });
  if (!created) throw noSuchKey(context, target);
  if (!*created) {
    throw Error(ErrorCode::kAlreadyExists, "An alias with the name " +
                                               context.kms.account.aliasArn(request.aliasName) +
                                               " already exists");
  }
}

}  // namespace strongroom::operations
