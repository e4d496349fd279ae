#include "service/operations/disable_key.h"

#include "service/operations/find_key.h"
#include "service/operations/key_state.h"

namespace strongroom::operations {

void disableKey(const Context& context, const DisableKeyRequest& request) {
  changeKey(context, parseKeyId(context, request.keyId, kForManagement), [&](keys::KeyRecord& key) {
    requireState(context, key, Needs::kNotPendingDeletion);
    key.state = keys::KeyState::kDisabled;
  });
}

}  // namespace strongroom::operations
