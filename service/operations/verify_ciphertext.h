#pragma once

#include <optional>
#include <string>

#include "service/keys/ciphertext.h"
#include "service/operations/context.h"

namespace strongroom::operations {

/// A ciphertext that has been proven ours, and the key that made it.
struct VerifiedCiphertext {
  keys::ParsedCiphertext ciphertext;
  keys::KeyRecord key;
};

/// Takes a blob apart, finds its key and checks its tag, all before any wrapped key reaches the
/// HSM; then the key the caller expects, if one is named, and the key's state. Throws Error
/// kInvalidCiphertext (whatever is wrong with the blob: one answer, no text), kNotFound,
/// kIncorrectKey, kDisabled, kInvalidState.
VerifiedCiphertext verifyCiphertext(const Context& context, ByteView blob,
                                    const keys::EncryptionContext& bound,
                                    const std::optional<std::string>& expectedKeyId);

}  // namespace strongroom::operations
