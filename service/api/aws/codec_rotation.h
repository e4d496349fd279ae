#pragma once

#include "service/api/aws/answer.h"
#include "service/api/aws/members.h"
#include "service/operations/disable_key_rotation.h"
#include "service/operations/enable_key_rotation.h"
#include "service/operations/get_key_rotation_status.h"
#include "service/operations/list_key_rotations.h"
#include "service/operations/rotate_key_on_demand.h"

namespace strongroom::api::aws {

// Requests and answers of the operations on rotation.

operations::EnableKeyRotationRequest decodeEnableKeyRotation(Members& members);
operations::DisableKeyRotationRequest decodeDisableKeyRotation(Members& members);
operations::GetKeyRotationStatusRequest decodeGetKeyRotationStatus(Members& members);
operations::RotateKeyOnDemandRequest decodeRotateKeyOnDemand(Members& members);
operations::ListKeyRotationsRequest decodeListKeyRotations(Members& members);

void encode(Answer& answer, const operations::GetKeyRotationStatusResponse& response);
void encode(Answer& answer, const operations::RotateKeyOnDemandResponse& response);
void encode(Answer& answer, const operations::ListKeyRotationsResponse& response);

}  // namespace strongroom::api::aws
