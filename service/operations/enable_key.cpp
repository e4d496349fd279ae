#include "service/operations/enable_key.h"

#include "service/operations/find_key.h"
#include "service/operations/key_state.h"

namespace strongroom::operations {

void enableKey(const Context& context, const EnableKeyRequest& request) {
  changeKey(context, parseKeyId(context, request.keyId, kForManagement), [&](keys::KeyRecord& key) {
    requireState(context, key, Needs::kNotPendingDeletion);
    key.state = keys::KeyState::kEnabled;
  });
}

}  // namespace strongroom::operations
