#include "service/operations/schedule_key_deletion.h"

#include "service/operations/find_key.h"
#include "service/operations/key_state.h"

namespace strongroom::operations {

ScheduleKeyDeletionResponse scheduleKeyDeletion(const Context& context,
                                                const ScheduleKeyDeletionRequest& request) {
  const keys::KeyRecord changed = changeKey(
      context, parseKeyId(context, request.keyId, kForManagement), [&](keys::KeyRecord& key) {
        requireState(context, key, Needs::kNotPendingDeletion);
        key.state = keys::KeyState::kPendingDeletion;
        key.deletionDate = context.kms.clock.now() + std::chrono::days(request.pendingWindowDays);
        key.pendingWindowDays = request.pendingWindowDays;
      });
  return {context.kms.account.keyArn(changed.id), *changed.deletionDate, changed.pendingWindowDays};
}

}  // namespace strongroom::operations
