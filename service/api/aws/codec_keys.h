#pragma once

#include "service/api/aws/answer.h"
#include "service/api/aws/members.h"
#include "service/operations/cancel_key_deletion.h"
#include "service/operations/create_key.h"
#include "service/operations/describe_key.h"
#include "service/operations/disable_key.h"
#include "service/operations/enable_key.h"
#include "service/operations/list_keys.h"
#include "service/operations/schedule_key_deletion.h"
#include "service/operations/update_key_description.h"

namespace strongroom::api::aws {

// Requests and answers of the operations on keys.

operations::CreateKeyRequest decodeCreateKey(Members& members);
operations::DescribeKeyRequest decodeDescribeKey(Members& members);
operations::PageRequest decodeListKeys(Members& members);
operations::EnableKeyRequest decodeEnableKey(Members& members);
operations::DisableKeyRequest decodeDisableKey(Members& members);
operations::ScheduleKeyDeletionRequest decodeScheduleKeyDeletion(Members& members);
operations::CancelKeyDeletionRequest decodeCancelKeyDeletion(Members& members);
operations::UpdateKeyDescriptionRequest decodeUpdateKeyDescription(Members& members);

void encode(Answer& answer, const operations::KeyDescription& response);
void encode(Answer& answer, const operations::ListKeysResponse& response);
void encode(Answer& answer, const operations::ScheduleKeyDeletionResponse& response);
void encode(Answer& answer, const operations::CancelKeyDeletionResponse& response);

}  // namespace strongroom::api::aws
