#include "service/operations/re_encrypt.h"

#include "service/operations/context_limit.h"
#include "service/operations/dry_run.h"
#include "service/operations/find_key.h"
#include "service/operations/key_state.h"
#include "service/operations/verify_ciphertext.h"

namespace strongroom::operations {

ReEncryptResponse reEncrypt(const Context& context, const ReEncryptRequest& request) {
  requireModestContext(request.destinationEncryptionContext);
  const keys::KeyRecord destination = findKey(context, request.destinationKeyId, kForCryptography);
  requireState(context, destination, Needs::kEnabled);
  const VerifiedCiphertext source = verifyCiphertext(
      context, request.ciphertext.expose(), request.sourceEncryptionContext, request.sourceKeyId);
  stopIfDryRun(request.dryRun);

  const SecretBytes plaintext = context.kms.envelope.open(source.ciphertext, context.deadline);
  ReEncryptResponse response;
  response.ciphertext =
      context.kms.envelope.encrypt(destination.current(), plaintext.expose(),
                                   request.destinationEncryptionContext, context.deadline);
  response.sourceKeyArn = context.kms.account.keyArn(source.key.id);
  response.destinationKeyArn = context.kms.account.keyArn(destination.id);
  response.sourceKeyMaterialId = keys::keyMaterialId(source.ciphertext.parts.ref);
  response.destinationKeyMaterialId = keys::keyMaterialId(destination.current());
  return response;
}

}  // namespace strongroom::operations
