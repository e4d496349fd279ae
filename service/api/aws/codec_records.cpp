#include "service/api/aws/codec_records.h"

#include "service/api/aws/limits.h"
#include "service/api/aws/page.h"

namespace strongroom::api::aws {
namespace {

constexpr std::int64_t kUsualAliases = 50;
constexpr std::int64_t kMostAliases = 100;
constexpr std::int64_t kMostTags = 50;
constexpr Length kTagKeyCount{0, 200};
constexpr Length kTagKeyLength{1, 128};
constexpr std::int64_t kUsualPolicies = 100;
constexpr std::int64_t kMostPolicies = 1000;

std::string requiredKeyId(Members& members) {
  return members.requiredText("KeyId", kKeyIdLength);
}

}  // namespace

operations::CreateAliasRequest decodeCreateAlias(Members& members) {
  return {members.requiredAliasName("AliasName"),
          members.requiredText("TargetKeyId", kKeyIdLength)};
}

operations::UpdateAliasRequest decodeUpdateAlias(Members& members) {
  return {members.requiredAliasName("AliasName"),
          members.requiredText("TargetKeyId", kKeyIdLength)};
}

operations::DeleteAliasRequest decodeDeleteAlias(Members& members) {
  return {members.requiredAliasName("AliasName")};
}

operations::ListAliasesRequest decodeListAliases(Members& members) {
  return {members.text("KeyId", kKeyIdLength), readPage(members, kUsualAliases, kMostAliases)};
}

operations::TagResourceRequest decodeTagResource(Members& members) {
  return {requiredKeyId(members), members.requiredTags("Tags")};
}

operations::UntagResourceRequest decodeUntagResource(Members& members) {
  return {requiredKeyId(members), members.requiredTexts("TagKeys", kTagKeyCount, kTagKeyLength)};
}

operations::ListResourceTagsRequest decodeListResourceTags(Members& members) {
  return {requiredKeyId(members), readPage(members, kMostTags, kMostTags)};
}

operations::GetKeyPolicyRequest decodeGetKeyPolicy(Members& members) {
  return {requiredKeyId(members), members.text("PolicyName", kPolicyNameLength)};
}

operations::PutKeyPolicyRequest decodePutKeyPolicy(Members& members) {
  members.flag("BypassPolicyLockoutSafetyCheck");
  return {requiredKeyId(members), members.text("PolicyName", kPolicyNameLength),
          members.requiredText("Policy", kPolicyLength)};
}

operations::ListKeyPoliciesRequest decodeListKeyPolicies(Members& members) {
  readPage(members, kUsualPolicies,
           kMostPolicies);  // checked, and without effect: there is one policy
  return {requiredKeyId(members)};
}

void encode(Answer& answer, const operations::ListAliasesResponse& response) {
  answer.beginList("Aliases");
  for (const auto& [alias, arn] : response.aliases) {
    answer.beginObject()
        .text("AliasName", alias.name)
        .text("AliasArn", arn)
        .text("TargetKeyId", alias.target.toString())
        .time("CreationDate", alias.created)
        .time("LastUpdatedDate", alias.updated)
        .endObject();
  }
  answer.endList();
  writePage(answer, response.nextMarker);
}

void encode(Answer& answer, const operations::ListResourceTagsResponse& response) {
  answer.beginList("Tags");
  for (const keys::Tag& tag : response.tags) {
    answer.beginObject().text("TagKey", tag.key).text("TagValue", tag.value).endObject();
  }
  answer.endList();
  writePage(answer, response.nextMarker);
}

void encode(Answer& answer, const operations::GetKeyPolicyResponse& response) {
  answer.text("Policy", response.policy).text("PolicyName", response.policyName);
}

void encode(Answer& answer, const operations::ListKeyPoliciesResponse& response) {
  answer.beginList("PolicyNames");
  for (const std::string& name : response.policyNames) answer.element(name);
  answer.endList();
  writePage(answer, std::nullopt);
}

}  // namespace strongroom::api::aws
