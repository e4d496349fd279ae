#include "service/api/aws/operation_table.h"

#include <algorithm>
#include <type_traits>

#include "service/api/aws/codec_cryptography.h"
#include "service/api/aws/codec_keys.h"
#include "service/api/aws/codec_records.h"
#include "service/api/aws/codec_rotation.h"
#include "service/operations/error.h"
#include "service/policy/roles.h"

namespace strongroom::api::aws {
namespace {

using policy::Action;

void authorise(const Operation& operation, const operations::Context& context) {
  for (std::size_t i = 0; i < operation.actionCount; ++i) {
    if (policy::allows(context.principal.role, operation.actions[i])) continue;
    const std::string action(policy::name(operation.actions[i]));
    const keys::Account& account = context.kms.account;
    throw operations::Error(
        operations::ErrorCode::kAccessDenied,
        "User: " + context.principal.arn + " is not authorized to perform: " + action +
            " on resource: arn:aws:kms:" + account.region + ":" + account.id +
            ":* because no identity-based policy allows the " + action + " action");
  }
}

/// What every operation does, from its decoder and its function.
template <auto decode, auto operate>
void serve(const Operation& operation, const operations::Context& context, Members& members,
           Answer& answer) {
  const auto request = decode(members);
  members.finish();
  authorise(operation, context);
  if constexpr (std::is_void_v<decltype(operate(context, request))>) {
    operate(context, request);
    (void)answer;
  } else {
    encode(answer, operate(context, request));
  }
}

template <auto decode, auto operate, class... Actions>
constexpr Operation supported(std::string_view name, Actions... actions) {
  using Request = decltype(decode(std::declval<Members&>()));
  using Response =
      decltype(operate(std::declval<const operations::Context&>(), std::declval<const Request&>()));
  return {
      name, {actions...}, sizeof...(actions), &serve<decode, operate>, !std::is_void_v<Response>};
}

constexpr Operation unsupported(std::string_view name) {
  return {.name = name};
}

using namespace operations;  // the functions the table names

constexpr std::array kOperations{
    supported<decodeCancelKeyDeletion, cancelKeyDeletion>("CancelKeyDeletion",
                                                          Action::kCancelKeyDeletion),
    unsupported("ConnectCustomKeyStore"),
    supported<decodeCreateAlias, createAlias>("CreateAlias", Action::kCreateAlias),
    unsupported("CreateCustomKeyStore"),
    unsupported("CreateGrant"),
    supported<decodeCreateKey, createKey>("CreateKey", Action::kCreateKey),
    supported<decodeDecrypt, decrypt>("Decrypt", Action::kDecrypt),
    supported<decodeDeleteAlias, deleteAlias>("DeleteAlias", Action::kDeleteAlias),
    unsupported("DeleteCustomKeyStore"),
    unsupported("DeleteImportedKeyMaterial"),
    unsupported("DeriveSharedSecret"),
    unsupported("DescribeCustomKeyStores"),
    supported<decodeDescribeKey, describeKey>("DescribeKey", Action::kDescribeKey),
    supported<decodeDisableKey, disableKey>("DisableKey", Action::kDisableKey),
    supported<decodeDisableKeyRotation, disableKeyRotation>("DisableKeyRotation",
                                                            Action::kDisableKeyRotation),
    unsupported("DisconnectCustomKeyStore"),
    supported<decodeEnableKey, enableKey>("EnableKey", Action::kEnableKey),
    supported<decodeEnableKeyRotation, enableKeyRotation>("EnableKeyRotation",
                                                          Action::kEnableKeyRotation),
    supported<decodeEncrypt, encrypt>("Encrypt", Action::kEncrypt),
    supported<decodeGenerateDataKey, generateDataKey>("GenerateDataKey", Action::kGenerateDataKey),
    unsupported("GenerateDataKeyPair"),
    unsupported("GenerateDataKeyPairWithoutPlaintext"),
    supported<decodeGenerateDataKey, generateDataKeyWithoutPlaintext>(
        "GenerateDataKeyWithoutPlaintext", Action::kGenerateDataKeyWithoutPlaintext),
    unsupported("GenerateMac"),
    supported<decodeGenerateRandom, generateRandom>("GenerateRandom", Action::kGenerateRandom),
    unsupported("GetKeyLastUsage"),
    supported<decodeGetKeyPolicy, getKeyPolicy>("GetKeyPolicy", Action::kGetKeyPolicy),
    supported<decodeGetKeyRotationStatus, getKeyRotationStatus>("GetKeyRotationStatus",
                                                                Action::kGetKeyRotationStatus),
    unsupported("GetParametersForImport"),
    unsupported("GetPublicKey"),
    unsupported("ImportKeyMaterial"),
    supported<decodeListAliases, listAliases>("ListAliases", Action::kListAliases),
    unsupported("ListGrants"),
    supported<decodeListKeyPolicies, listKeyPolicies>("ListKeyPolicies", Action::kListKeyPolicies),
    supported<decodeListKeyRotations, listKeyRotations>("ListKeyRotations",
                                                        Action::kListKeyRotations),
    supported<decodeListKeys, listKeys>("ListKeys", Action::kListKeys),
    supported<decodeListResourceTags, listResourceTags>("ListResourceTags",
                                                        Action::kListResourceTags),
    unsupported("ListRetirableGrants"),
    supported<decodePutKeyPolicy, putKeyPolicy>("PutKeyPolicy", Action::kPutKeyPolicy),
    supported<decodeReEncrypt, reEncrypt>("ReEncrypt", Action::kReEncryptFrom,
                                          Action::kReEncryptTo),
    unsupported("ReplicateKey"),
    unsupported("RetireGrant"),
    unsupported("RevokeGrant"),
    supported<decodeRotateKeyOnDemand, rotateKeyOnDemand>("RotateKeyOnDemand",
                                                          Action::kRotateKeyOnDemand),
    supported<decodeScheduleKeyDeletion, scheduleKeyDeletion>("ScheduleKeyDeletion",
                                                              Action::kScheduleKeyDeletion),
    unsupported("Sign"),
    supported<decodeTagResource, tagResource>("TagResource", Action::kTagResource),
    supported<decodeUntagResource, untagResource>("UntagResource", Action::kUntagResource),
    supported<decodeUpdateAlias, updateAlias>("UpdateAlias", Action::kUpdateAlias),
    unsupported("UpdateCustomKeyStore"),
    supported<decodeUpdateKeyDescription, updateKeyDescription>("UpdateKeyDescription",
                                                                Action::kUpdateKeyDescription),
    unsupported("UpdatePrimaryRegion"),
    unsupported("Verify"),
    unsupported("VerifyMac"),
};

static_assert(std::is_sorted(kOperations.begin(), kOperations.end(),
                             [](const Operation& a, const Operation& b) {
                               return a.name < b.name;
                             }),
              "findOperation() searches by halves");

}  // namespace

std::span<const Operation> operationTable() {
  return kOperations;
}

const Operation* findOperation(std::string_view name) {
  const auto found = std::lower_bound(
      kOperations.begin(), kOperations.end(), name,
      [](const Operation& operation, std::string_view wanted) { return operation.name < wanted; });
  return found != kOperations.end() && found->name == name ? &*found : nullptr;
}

}  // namespace strongroom::api::aws
