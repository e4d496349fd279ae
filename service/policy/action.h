#pragma once

#include <string_view>

namespace strongroom::policy {

/// What a principal asks to do, in the words of the AWS policy language. Dialects map their calls
/// to these.
enum class Action {
  kCancelKeyDeletion,
  kCreateAlias,
  kCreateKey,
  kDecrypt,
  kDeleteAlias,
  kDescribeKey,
  kDisableKey,
  kDisableKeyRotation,
  kEnableKey,
  kEnableKeyRotation,
  kEncrypt,
  kGenerateDataKey,
  kGenerateDataKeyWithoutPlaintext,
  kGenerateRandom,
  kGetKeyPolicy,
  kGetKeyRotationStatus,
  kListAliases,
  kListKeyPolicies,
  kListKeyRotations,
  kListKeys,
  kListResourceTags,
  kPutKeyPolicy,
  kReEncryptFrom,
  kReEncryptTo,
  kRotateKeyOnDemand,
  kScheduleKeyDeletion,
  kTagResource,
  kUntagResource,
  kUpdateAlias,
  kUpdateKeyDescription,
  kCount
};

/// "kms:Decrypt". Throws std::out_of_range for kCount, which names no action.
std::string_view name(Action action);

}  // namespace strongroom::policy
