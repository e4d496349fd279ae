#pragma once

#include "service/api/aws/answer.h"
#include "service/api/aws/members.h"
#include "service/operations/create_alias.h"
#include "service/operations/delete_alias.h"
#include "service/operations/get_key_policy.h"
#include "service/operations/list_aliases.h"
#include "service/operations/list_key_policies.h"
#include "service/operations/list_resource_tags.h"
#include "service/operations/put_key_policy.h"
#include "service/operations/tag_resource.h"
#include "service/operations/untag_resource.h"
#include "service/operations/update_alias.h"

namespace strongroom::api::aws {

// Requests and answers of the operations on what belongs to a key: aliases, tags, policies.

operations::CreateAliasRequest decodeCreateAlias(Members& members);
operations::UpdateAliasRequest decodeUpdateAlias(Members& members);
operations::DeleteAliasRequest decodeDeleteAlias(Members& members);
operations::ListAliasesRequest decodeListAliases(Members& members);
operations::TagResourceRequest decodeTagResource(Members& members);
operations::UntagResourceRequest decodeUntagResource(Members& members);
operations::ListResourceTagsRequest decodeListResourceTags(Members& members);
operations::GetKeyPolicyRequest decodeGetKeyPolicy(Members& members);
operations::PutKeyPolicyRequest decodePutKeyPolicy(Members& members);
operations::ListKeyPoliciesRequest decodeListKeyPolicies(Members& members);

void encode(Answer& answer, const operations::ListAliasesResponse& response);
void encode(Answer& answer, const operations::ListResourceTagsResponse& response);
void encode(Answer& answer, const operations::GetKeyPolicyResponse& response);
void encode(Answer& answer, const operations::ListKeyPoliciesResponse& response);

}  // namespace strongroom::api::aws
