#include "service/api/aws/codec_cryptography.h"

#include <array>

#include "service/api/aws/limits.h"
#include "service/operations/error.h"

namespace strongroom::api::aws {
namespace {

constexpr std::array<std::string_view, 4> kEncryptionAlgorithms{
    "SYMMETRIC_DEFAULT", "RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256", "SM2PKE"};
constexpr std::array<std::string_view, 2> kDataKeySpecs{"AES_256", "AES_128"};

/// Checks an algorithm member: only the symmetric one fits our keys.
void readAlgorithm(Members& members, const char* name) {
  const std::size_t algorithm = members.oneOf(name, kEncryptionAlgorithms).value_or(0);
  if (algorithm == 0) return;
  members.finish();
  throw operations::Error(operations::ErrorCode::kInvalidKeyUsage,
                          std::string(kEncryptionAlgorithms[algorithm]) +
                              " is incompatible with key spec SYMMETRIC_DEFAULT.");
}

/// Grant tokens are checked for shape and otherwise without effect: there are no grants yet.
void readGrantTokens(Members& members) {
  members.texts("GrantTokens", kGrantTokenCount, kGrantTokenLength);
}

/// Recipient asks for an answer encrypted to an attested enclave, which a plaintext answer must not
/// stand in for.
void refuseRecipient(const Members& members) {
  if (!members.has("Recipient")) return;
  throw operations::Error(operations::ErrorCode::kUnsupportedOperation,
                          "Recipient is not supported.");
}

/// DryRunModifiers asks for a rehearsal without a ciphertext, whose verdict this one's must not
/// stand in for.
void refuseDryRunModifiers(const Members& members) {
  if (!members.has("DryRunModifiers")) return;
  throw operations::Error(operations::ErrorCode::kUnsupportedOperation,
                          "DryRunModifiers is not supported.");
}

}  // namespace

operations::EncryptRequest decodeEncrypt(Members& members) {
  operations::EncryptRequest request;
  request.keyId = members.requiredText("KeyId", kKeyIdLength);
  request.plaintext = members.requiredBlob("Plaintext", kPlaintextLength);
  request.encryptionContext = members.textMap("EncryptionContext");
  request.dryRun = members.flag("DryRun");
  readGrantTokens(members);
  readAlgorithm(members, "EncryptionAlgorithm");
  return request;
}

operations::DecryptRequest decodeDecrypt(Members& members) {
  refuseRecipient(members);
  refuseDryRunModifiers(members);
  operations::DecryptRequest request;
  request.ciphertext = members.requiredBlob("CiphertextBlob", kCiphertextLength);
  request.keyId = members.text("KeyId", kKeyIdLength);
  request.encryptionContext = members.textMap("EncryptionContext");
  request.dryRun = members.flag("DryRun");
  readGrantTokens(members);
  readAlgorithm(members, "EncryptionAlgorithm");
  return request;
}

operations::ReEncryptRequest decodeReEncrypt(Members& members) {
  refuseDryRunModifiers(members);
  operations::ReEncryptRequest request;
  request.ciphertext = members.requiredBlob("CiphertextBlob", kCiphertextLength);
  request.sourceKeyId = members.text("SourceKeyId", kKeyIdLength);
  request.sourceEncryptionContext = members.textMap("SourceEncryptionContext");
  request.destinationKeyId = members.requiredText("DestinationKeyId", kKeyIdLength);
  request.destinationEncryptionContext = members.textMap("DestinationEncryptionContext");
  request.dryRun = members.flag("DryRun");
  readGrantTokens(members);
  readAlgorithm(members, "SourceEncryptionAlgorithm");
  readAlgorithm(members, "DestinationEncryptionAlgorithm");
  return request;
}

operations::GenerateDataKeyRequest decodeGenerateDataKey(Members& members) {
  refuseRecipient(members);
  operations::GenerateDataKeyRequest request;
  request.keyId = members.requiredText("KeyId", kKeyIdLength);
  if (const auto spec = members.oneOf("KeySpec", kDataKeySpecs)) {
    request.keySpec =
        *spec == 0 ? operations::DataKeySpec::kAes256 : operations::DataKeySpec::kAes128;
  }
  if (const auto bytes = members.integer("NumberOfBytes", kRandomBytes)) {
    request.numberOfBytes = static_cast<std::uint32_t>(*bytes);
  }
  request.encryptionContext = members.textMap("EncryptionContext");
  request.dryRun = members.flag("DryRun");
  readGrantTokens(members);
  return request;
}

operations::GenerateRandomRequest decodeGenerateRandom(Members& members) {
  refuseRecipient(members);
  if (members.has("CustomKeyStoreId")) {
    throw operations::Error(operations::ErrorCode::kUnsupportedOperation,
                            "Custom key stores are not supported.");
  }
  const auto bytes = members.integer("NumberOfBytes", kRandomBytes);
  if (!bytes)
    throw operations::Error(operations::ErrorCode::kValidation, "NumberOfBytes is required.");
  return {static_cast<std::uint32_t>(*bytes)};
}

void encode(Answer& answer, const operations::EncryptResponse& response) {
  answer.blob("CiphertextBlob", response.ciphertext)
      .text("KeyId", response.keyArn)
      .text("EncryptionAlgorithm", kEncryptionAlgorithms[0]);
}

void encode(Answer& answer, const operations::DecryptResponse& response) {
  answer.text("KeyId", response.keyArn)
      .blob("Plaintext", response.plaintext.expose())
      .text("EncryptionAlgorithm", kEncryptionAlgorithms[0])
      .text("KeyMaterialId", response.keyMaterialId);
}

void encode(Answer& answer, const operations::ReEncryptResponse& response) {
  answer.blob("CiphertextBlob", response.ciphertext)
      .text("SourceKeyId", response.sourceKeyArn)
      .text("KeyId", response.destinationKeyArn)
      .text("SourceEncryptionAlgorithm", kEncryptionAlgorithms[0])
      .text("DestinationEncryptionAlgorithm", kEncryptionAlgorithms[0])
      .text("SourceKeyMaterialId", response.sourceKeyMaterialId)
      .text("DestinationKeyMaterialId", response.destinationKeyMaterialId);
}

void encode(Answer& answer, const operations::GenerateDataKeyResponse& response) {
  answer.blob("CiphertextBlob", response.ciphertext);
  if (!response.plaintext.empty()) answer.blob("Plaintext", response.plaintext.expose());
  answer.text("KeyId", response.keyArn).text("KeyMaterialId", response.keyMaterialId);
}

void encode(Answer& answer, const operations::GenerateRandomResponse& response) {
  answer.blob("Plaintext", response.plaintext.expose());
}

}  // namespace strongroom::api::aws
