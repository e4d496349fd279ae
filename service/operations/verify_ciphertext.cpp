#include "service/operations/verify_ciphertext.h"

#include "service/operations/context_limit.h"
#include "service/operations/error.h"
#include "service/operations/find_key.h"
#include "service/operations/key_state.h"

namespace strongroom::operations {

VerifiedCiphertext verifyCiphertext(const Context& context, ByteView blob,
                                    const keys::EncryptionContext& bound,
                                    const std::optional<std::string>& expectedKeyId) {
  requireModestContext(bound);
  std::optional<KeyId> expected;
  if (expectedKeyId) expected = findKey(context, *expectedKeyId, kForCryptography).id;

  std::optional<keys::ParsedCiphertext> parsed = keys::parseCiphertext(blob);
  if (!parsed) throw Error(ErrorCode::kInvalidCiphertext);
  const KeyRef& ref = parsed->parts.ref;
  std::optional<keys::KeyRecord> key = context.kms.store.findKey(ref.key);
  // A version that never was is refused here: verifying would derive its subkey in the token, once
  // for each number tried.
  if (!key || ref.version == 0 || ref.version > key->currentVersion)
    throw Error(ErrorCode::kInvalidCiphertext);
  if (!context.kms.envelope.verify(*parsed, bound, context.deadline))
    throw Error(ErrorCode::kInvalidCiphertext);

  if (expected && *expected != key->id) {
    throw Error(
        ErrorCode::kIncorrectKey,
        "The key ID in the request does not identify a CMK that can perform this operation.");
  }
  requireState(context, *key, Needs::kEnabled);
  return {std::move(*parsed), std::move(*key)};
}

}  // namespace strongroom::operations
