#include "service/operations/encrypt.h"

#include "service/operations/context_limit.h"
#include "service/operations/dry_run.h"
#include "service/operations/find_key.h"
#include "service/operations/key_state.h"

namespace strongroom::operations {

EncryptResponse encrypt(const Context& context, const EncryptRequest& request) {
  requireModestContext(request.encryptionContext);
  const keys::KeyRecord key = findKey(context, request.keyId, kForCryptography);
  requireState(context, key, Needs::kEnabled);
  stopIfDryRun(request.dryRun);
  return {context.kms.envelope.encrypt(key.current(), request.plaintext.expose(),
                                       request.encryptionContext, context.deadline),
          context.kms.account.keyArn(key.id)};
}

}  // namespace strongroom::operations
