#include "service/operations/decrypt.h"

#include "service/operations/dry_run.h"
#include "service/operations/verify_ciphertext.h"

namespace strongroom::operations {

DecryptResponse decrypt(const Context& context, const DecryptRequest& request) {
  const VerifiedCiphertext verified = verifyCiphertext(context, request.ciphertext.expose(),
                                                       request.encryptionContext, request.keyId);
  stopIfDryRun(request.dryRun);
  return {context.kms.envelope.open(verified.ciphertext, context.deadline),
          context.kms.account.keyArn(verified.key.id),
          keys::keyMaterialId(verified.ciphertext.parts.ref)};
}

}  // namespace strongroom::operations
