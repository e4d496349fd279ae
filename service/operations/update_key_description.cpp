#include "service/operations/update_key_description.h"

#include "service/operations/find_key.h"
#include "service/operations/key_state.h"

namespace strongroom::operations {

void updateKeyDescription(const Context& context, const UpdateKeyDescriptionRequest& request) {
  changeKey(context, parseKeyId(context, request.keyId, kForManagement), [&](keys::KeyRecord& key) {
    requireState(context, key, Needs::kNotPendingDeletion);
    key.description = request.description;
  });
}

}  // namespace strongroom::operations
