#include "service/operations/cancel_key_deletion.h"

#include "service/operations/find_key.h"
#include "service/operations/key_state.h"

namespace strongroom::operations {

CancelKeyDeletionResponse cancelKeyDeletion(const Context& context,
                                            const CancelKeyDeletionRequest& request) {
  const keys::KeyRecord changed = changeKey(
      context, parseKeyId(context, request.keyId, kForManagement), [&](keys::KeyRecord& key) {
        requireState(context, key, Needs::kPendingDeletion);
        key.state = keys::KeyState::kDisabled;
        key.deletionDate.reset();
        key.pendingWindowDays = 0;
      });
  return {context.kms.account.keyArn(changed.id)};
}

}  // namespace strongroom::operations
