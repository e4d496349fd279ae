#include "service/api/aws/codec_rotation.h"

#include <array>

#include "service/api/aws/limits.h"
#include "service/api/aws/page.h"

namespace strongroom::api::aws {
namespace {

constexpr Range kRotationPeriodDays{90, 2560};
constexpr std::int64_t kUsualPage = 100;
constexpr std::int64_t kMostPage = 1000;
constexpr std::array<std::string_view, 2> kIncludes{"ROTATIONS_ONLY", "ALL_KEY_MATERIAL"};

std::string requiredKeyId(Members& members) {
  return members.requiredText("KeyId", kKeyIdLength);
}

}  // namespace

operations::EnableKeyRotationRequest decodeEnableKeyRotation(Members& members) {
  operations::EnableKeyRotationRequest request;
  request.keyId = requiredKeyId(members);
  if (const auto days = members.integer("RotationPeriodInDays", kRotationPeriodDays)) {
    request.rotationPeriodDays = static_cast<std::uint32_t>(*days);
  }
  return request;
}

operations::DisableKeyRotationRequest decodeDisableKeyRotation(Members& members) {
  return {requiredKeyId(members)};
}

operations::GetKeyRotationStatusRequest decodeGetKeyRotationStatus(Members& members) {
  return {requiredKeyId(members)};
}

operations::RotateKeyOnDemandRequest decodeRotateKeyOnDemand(Members& members) {
  return {requiredKeyId(members)};
}

operations::ListKeyRotationsRequest decodeListKeyRotations(Members& members) {
  operations::ListKeyRotationsRequest request;
  request.keyId = requiredKeyId(members);
  if (members.oneOf("IncludeKeyMaterial", kIncludes).value_or(0) == 1) {
    request.include = operations::IncludeKeyMaterial::kAllKeyMaterial;
  }
  request.page = readPage(members, kUsualPage, kMostPage);
  return request;
}

void encode(Answer& answer, const operations::GetKeyRotationStatusResponse& response) {
  answer.flag("KeyRotationEnabled", response.enabled).text("KeyId", response.keyArn);
  if (response.enabled) answer.integer("RotationPeriodInDays", response.rotationPeriodDays);
  if (response.nextRotation) answer.time("NextRotationDate", *response.nextRotation);
}

void encode(Answer& answer, const operations::RotateKeyOnDemandResponse& response) {
  answer.text("KeyId", response.keyArn);
}

void encode(Answer& answer, const operations::ListKeyRotationsResponse& response) {
  answer.beginList("Rotations");
  for (const auto& rotation : response.rotations) {
    answer.beginObject()
        .text("KeyId", response.keyArn)
        .text("KeyMaterialId", rotation.keyMaterialId)
        .text("KeyMaterialState", rotation.current ? "CURRENT" : "NON_CURRENT");
    // The first version came with the key: it has neither a rotation's date nor its type.
    if (rotation.version.type != keys::RotationType::kInitial) {
      answer.time("RotationDate", rotation.version.created)
          .text("RotationType", rotation.version.type == keys::RotationType::kAutomatic
                                    ? "AUTOMATIC"
                                    : "ON_DEMAND");
    }
    answer.endObject();
  }
  answer.endList();
  writePage(answer, response.nextMarker);
}

}  // namespace strongroom::api::aws
