#include "service/operations/get_key_rotation_status.h"

#include "service/operations/find_key.h"

namespace strongroom::operations {

GetKeyRotationStatusResponse getKeyRotationStatus(const Context& context,
                                                  const GetKeyRotationStatusRequest& request) {
  const keys::KeyRecord key = findKey(context, request.keyId, kForManagement);
  GetKeyRotationStatusResponse response;
  response.keyArn = context.kms.account.keyArn(key.id);
  response.enabled = key.rotationEnabled && key.state != keys::KeyState::kPendingDeletion;
  if (response.enabled) {
    response.rotationPeriodDays = key.rotationPeriodDays;
    response.nextRotation = key.nextRotation;
  }
  return response;
}

}  // namespace strongroom::operations
