#include "service/api/aws/codec_keys.h"

#include <array>

#include "service/api/aws/limits.h"
#include "service/api/aws/page.h"

namespace strongroom::api::aws {
namespace {

// The first of each is what this service makes; the rest are known, so that a caller learns
// "unsupported", not "unknown".
constexpr std::array<std::string_view, 17> kKeySpecs{"SYMMETRIC_DEFAULT",
                                                     "RSA_2048",
                                                     "RSA_3072",
                                                     "RSA_4096",
                                                     "ECC_NIST_P256",
                                                     "ECC_NIST_P384",
                                                     "ECC_NIST_P521",
                                                     "ECC_SECG_P256K1",
                                                     "HMAC_224",
                                                     "HMAC_256",
                                                     "HMAC_384",
                                                     "HMAC_512",
                                                     "SM2",
                                                     "ML_DSA_44",
                                                     "ML_DSA_65",
                                                     "ML_DSA_87",
                                                     "ECC_NIST_EDWARDS25519"};
constexpr std::array<std::string_view, 4> kKeyUsages{"ENCRYPT_DECRYPT", "SIGN_VERIFY",
                                                     "GENERATE_VERIFY_MAC", "KEY_AGREEMENT"};
constexpr std::array<std::string_view, 4> kOrigins{"AWS_KMS", "EXTERNAL", "AWS_CLOUDHSM",
                                                   "EXTERNAL_KEY_STORE"};

constexpr std::int64_t kUsualPage = 100;
constexpr std::int64_t kMostPage = 1000;
constexpr Range kPendingWindowDays{7, 30};

struct StateName {
  keys::KeyState state;
  std::string_view name;
};
constexpr std::array kStateNames{
    StateName{keys::KeyState::kCreating, "Creating"},
    StateName{keys::KeyState::kEnabled, "Enabled"},
    StateName{keys::KeyState::kDisabled, "Disabled"},
    StateName{keys::KeyState::kPendingDeletion, "PendingDeletion"},
    StateName{keys::KeyState::kDestroying, "PendingDeletion"},
};

std::string_view nameOf(keys::KeyState state) {
  for (const StateName& row : kStateNames) {
    if (row.state == state) return row.name;
  }
  return "Unavailable";
}

std::string requiredKeyId(Members& members) {
  return members.requiredText("KeyId", kKeyIdLength);
}

}  // namespace

operations::CreateKeyRequest decodeCreateKey(Members& members) {
  operations::CreateKeyRequest request;
  request.policy = members.text("Policy", kPolicyLength);
  request.description = members.text("Description", kDescriptionLength).value_or("");
  request.tags = members.tags("Tags");
  const bool specFits = members.oneOf("KeySpec", kKeySpecs).value_or(0) == 0 &&
                        members.oneOf("CustomerMasterKeySpec", kKeySpecs).value_or(0) == 0;
  const bool usageFits = members.oneOf("KeyUsage", kKeyUsages).value_or(0) == 0;
  const bool originFits = members.oneOf("Origin", kOrigins).value_or(0) == 0;
  const bool placeFits =
      !members.flag("MultiRegion") && !members.has("CustomKeyStoreId") && !members.has("XksKeyId");
  request.symmetricInThisToken = specFits && usageFits && originFits && placeFits;
  members.flag("BypassPolicyLockoutSafetyCheck");
  return request;
}

operations::DescribeKeyRequest decodeDescribeKey(Members& members) {
  members.texts("GrantTokens", kGrantTokenCount, kGrantTokenLength);
  return {requiredKeyId(members)};
}

operations::PageRequest decodeListKeys(Members& members) {
  return readPage(members, kUsualPage, kMostPage);
}

operations::EnableKeyRequest decodeEnableKey(Members& members) {
  return {requiredKeyId(members)};
}

operations::DisableKeyRequest decodeDisableKey(Members& members) {
  return {requiredKeyId(members)};
}

operations::ScheduleKeyDeletionRequest decodeScheduleKeyDeletion(Members& members) {
  operations::ScheduleKeyDeletionRequest request;
  request.keyId = requiredKeyId(members);
  if (const auto days = members.integer("PendingWindowInDays", kPendingWindowDays)) {
    request.pendingWindowDays = static_cast<std::uint32_t>(*days);
  }
  return request;
}

operations::CancelKeyDeletionRequest decodeCancelKeyDeletion(Members& members) {
  return {requiredKeyId(members)};
}

operations::UpdateKeyDescriptionRequest decodeUpdateKeyDescription(Members& members) {
  return {requiredKeyId(members), members.requiredText("Description", kDescriptionLength)};
}

void encode(Answer& answer, const operations::KeyDescription& response) {
  const keys::KeyRecord& key = response.key;
  answer.beginObject("KeyMetadata")
      .text("AWSAccountId", response.accountId)
      .text("KeyId", key.id.toString())
      .text("Arn", response.arn)
      .time("CreationDate", key.created)
      .flag("Enabled", key.state == keys::KeyState::kEnabled)
      .text("Description", key.description)
      .text("KeyUsage", kKeyUsages[0])
      .text("KeyState", nameOf(key.state));
  if (key.deletionDate) answer.time("DeletionDate", *key.deletionDate);
  answer.text("Origin", kOrigins[0])
      .text("KeyManager", "CUSTOMER")
      .text("CustomerMasterKeySpec", kKeySpecs[0])
      .text("KeySpec", kKeySpecs[0])
      .beginList("EncryptionAlgorithms")
      .element("SYMMETRIC_DEFAULT")
      .endList()
      .flag("MultiRegion", false)
      .text("CurrentKeyMaterialId", response.currentKeyMaterialId)
      .endObject();
}

void encode(Answer& answer, const operations::ListKeysResponse& response) {
  answer.beginList("Keys");
  for (const auto& key : response.keys) {
    answer.beginObject().text("KeyId", key.keyId).text("KeyArn", key.keyArn).endObject();
  }
  answer.endList();
  writePage(answer, response.nextMarker);
}

void encode(Answer& answer, const operations::ScheduleKeyDeletionResponse& response) {
  answer.text("KeyId", response.keyArn)
      .time("DeletionDate", response.deletionDate)
      .text("KeyState", nameOf(keys::KeyState::kPendingDeletion))
      .integer("PendingWindowInDays", response.pendingWindowDays);
}

void encode(Answer& answer, const operations::CancelKeyDeletionResponse& response) {
  answer.text("KeyId", response.keyArn);
}

}  // namespace strongroom::api::aws
