#include "service/policy/action.h"

#include <array>

namespace strongroom::policy {
namespace {

struct Row {
  Action action;
  std::string_view name;
};

constexpr std::array kNames{
    Row{Action::kCancelKeyDeletion, "kms:CancelKeyDeletion"},
    Row{Action::kCreateAlias, "kms:CreateAlias"},
    Row{Action::kCreateKey, "kms:CreateKey"},
    Row{Action::kDecrypt, "kms:Decrypt"},
    Row{Action::kDeleteAlias, "kms:DeleteAlias"},
    Row{Action::kDescribeKey, "kms:DescribeKey"},
    Row{Action::kDisableKey, "kms:DisableKey"},
    Row{Action::kDisableKeyRotation, "kms:DisableKeyRotation"},
    Row{Action::kEnableKey, "kms:EnableKey"},
    Row{Action::kEnableKeyRotation, "kms:EnableKeyRotation"},
    Row{Action::kEncrypt, "kms:Encrypt"},
    Row{Action::kGenerateDataKey, "kms:GenerateDataKey"},
    Row{Action::kGenerateDataKeyWithoutPlaintext, "kms:GenerateDataKeyWithoutPlaintext"},
    Row{Action::kGenerateRandom, "kms:GenerateRandom"},
    Row{Action::kGetKeyPolicy, "kms:GetKeyPolicy"},
    Row{Action::kGetKeyRotationStatus, "kms:GetKeyRotationStatus"},
    Row{Action::kListAliases, "kms:ListAliases"},
    Row{Action::kListKeyPolicies, "kms:ListKeyPolicies"},
    Row{Action::kListKeyRotations, "kms:ListKeyRotations"},
    Row{Action::kListKeys, "kms:ListKeys"},
    Row{Action::kListResourceTags, "kms:ListResourceTags"},
    Row{Action::kPutKeyPolicy, "kms:PutKeyPolicy"},
    Row{Action::kReEncryptFrom, "kms:ReEncryptFrom"},
    Row{Action::kReEncryptTo, "kms:ReEncryptTo"},
    Row{Action::kRotateKeyOnDemand, "kms:RotateKeyOnDemand"},
    Row{Action::kScheduleKeyDeletion, "kms:ScheduleKeyDeletion"},
    Row{Action::kTagResource, "kms:TagResource"},
    Row{Action::kUntagResource, "kms:UntagResource"},
    Row{Action::kUpdateAlias, "kms:UpdateAlias"},
    Row{Action::kUpdateKeyDescription, "kms:UpdateKeyDescription"},
};

/// name() indexes the table by enumerator, so there is one row for each and they stand in the same
/// order.
constexpr bool rowsFollowEnumerators() {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (static_cast<std::size_t>(kNames[i].action) != i) return false;
  }
  return kNames.size() == static_cast<std::size_t>(Action::kCount);
}
static_assert(rowsFollowEnumerators());

}  // namespace

std::string_view name(Action action) {
  return kNames.at(static_cast<std::size_t>(action)).name;
}

}  // namespace strongroom::policy
