#include "service/operations/generate_data_key.h"

#include "service/operations/context_limit.h"
#include "service/operations/dry_run.h"
#include "service/operations/error.h"
#include "service/operations/find_key.h"
#include "service/operations/key_state.h"

namespace strongroom::operations {
namespace {

std::size_t lengthOf(const GenerateDataKeyRequest& request) {
  if (request.keySpec.has_value() == request.numberOfBytes.has_value()) {
    throw Error(ErrorCode::kValidation, "Please specify either number of bytes or key spec.");
  }
  if (request.numberOfBytes) return *request.numberOfBytes;
  return *request.keySpec == DataKeySpec::kAes128 ? 16 : 32;
}

GenerateDataKeyResponse generate(const Context& context, const GenerateDataKeyRequest& request,
                                 hsm::Plaintext plaintext) {
  const std::size_t bytes = lengthOf(request);
  requireModestContext(request.encryptionContext);
  const keys::KeyRecord key = findKey(context, request.keyId, kForCryptography);
  requireState(context, key, Needs::kEnabled);
  stopIfDryRun(request.dryRun);
  keys::SealedDataKey dataKey = context.kms.envelope.generateDataKey(
      key.current(), bytes, request.encryptionContext, plaintext, context.deadline);
  return {std::move(dataKey.ciphertext), std::move(dataKey.plaintext),
          context.kms.account.keyArn(key.id), keys::keyMaterialId(key.current())};
}

}  // namespace

GenerateDataKeyResponse generateDataKey(const Context& context,
                                        const GenerateDataKeyRequest& request) {
  return generate(context, request, hsm::Plaintext::kReturn);
}

GenerateDataKeyResponse generateDataKeyWithoutPlaintext(const Context& context,
                                                        const GenerateDataKeyRequest& request) {
  return generate(context, request, hsm::Plaintext::kWithhold);
}

}  // namespace strongroom::operations
