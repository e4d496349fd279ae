#include "service/operations/enable_key_rotation.h"

#include "service/operations/find_key.h"
#include "service/operations/key_state.h"

namespace strongroom::operations {

void enableKeyRotation(const Context& context, const EnableKeyRotationRequest& request) {
  changeKey(context, parseKeyId(context, request.keyId, kForManagement), [&](keys::KeyRecord& key) {
    requireState(context, key, Needs::kEnabled);
    const std::uint32_t period = request.rotationPeriodDays.value_or(key.rotationPeriodDays);
    if (key.rotationEnabled && key.rotationPeriodDays == period) return;
    key.rotationEnabled = true;
    key.rotationPeriodDays = period;
    key.nextRotation = context.kms.clock.now() + std::chrono::days(period);
  });
}

}  // namespace strongroom::operations
