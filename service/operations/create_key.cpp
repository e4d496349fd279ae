#include "service/operations/create_key.h"

#include "service/operations/error.h"
#include "service/operations/key_policy.h"
#include "service/operations/tag_rules.h"

namespace strongroom::operations {
namespace {

/// A random UUID (RFC 4122, version 4), from a token's generator.
KeyId newKeyId(const Context& context) {
  KeyId id;
  context.kms.tokens.random(id.bytes, context.deadline);
  id.bytes[6] = (id.bytes[6] & std::byte{0x0f}) | std::byte{0x40};
  id.bytes[8] = (id.bytes[8] & std::byte{0x3f}) | std::byte{0x80};
  return id;
}

}  // namespace

KeyDescription createKey(const Context& context, const CreateKeyRequest& request) {
  if (!request.symmetricInThisToken) {
    throw Error(ErrorCode::kUnsupportedOperation,
                "Only symmetric encryption keys (SYMMETRIC_DEFAULT, ENCRYPT_DECRYPT, AWS_KMS, "
                "single-Region) can be made.");
  }
  if (request.policy) requireKeyPolicy(*request.policy);
  requireTagRules(request.tags);
  requireTagCount(request.tags);

  keys::KeyRecord key;
  key.id = newKeyId(context);
  key.description = request.description;
  key.policy = request.policy.value_or(defaultKeyPolicy(context.kms.account));
  key.created = context.kms.clock.now();
  return describe(context,
                  context.kms.lifecycle.createKey(std::move(key), request.tags, context.deadline));
}

}  // namespace strongroom::operations
