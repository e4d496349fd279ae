#include "service/operations/disable_key_rotation.h"

#include "service/operations/find_key.h"
#include "service/operations/key_state.h"

namespace strongroom::operations {

void disableKeyRotation(const Context& context, const DisableKeyRotationRequest& request) {
  changeKey(context, parseKeyId(context, request.keyId, kForManagement), [&](keys::KeyRecord& key) {
    requireState(context, key, Needs::kEnabled);
    key.rotationEnabled = false;
    key.nextRotation.reset();
  });
}

}  // namespace strongroom::operations
