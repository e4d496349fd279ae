#pragma once

#include <optional>

#include "hsm/hsm.h"
#include "service/keys/binding_keys.h"
#include "service/keys/ciphertext.h"
#include "service/keys/tokens.h"

namespace strongroom::keys {

/// A data key as callers get it.
struct SealedDataKey {
  Bytes ciphertext;
  SecretBytes plaintext;  ///< empty when withheld
};

/// Envelope encryption: data keys made and wrapped in the token, small messages under a message key
/// of their own, both bound to their context by a tag that is checked before anything reaches the
/// HSM. Thread-safe. Throws hsm::Error, kTokenUnavailable for a version whose token is out of
/// reach.
class Envelope {
 public:
  Envelope(Tokens& tokens, BindingKeys& bindings) : tokens_(tokens), bindings_(bindings) {}

  /// A new data key of `bytes` bytes (1 to 1024) under the key version `ref`. One that is longer
  /// than the token makes comes from the token's generator and is sealed as a message.
  SealedDataKey generateDataKey(const KeyRef& ref, std::size_t bytes,
                                const EncryptionContext& context, hsm::Plaintext plaintext,
                                hsm::Deadline deadline);

  /// Encrypts 1 to 4096 bytes under a fresh message key.
  Bytes encrypt(const KeyRef& ref, ByteView plaintext, const EncryptionContext& context,
                hsm::Deadline deadline);

  /// True when the tag of `ciphertext` is right for `context`: it was made here, by this key
  /// version, unchanged. False too for a version that no record names. Costs no HSM call but the
  /// derivation of a subkey never used before.
  bool verify(const ParsedCiphertext& ciphertext, const EncryptionContext& context,
              hsm::Deadline deadline);

  /// Opens a ciphertext that verify() accepted.
  SecretBytes open(const ParsedCiphertext& ciphertext, hsm::Deadline deadline);

 private:
  SealedDataKey generateLongDataKey(const KeyRef& ref, std::size_t bytes,
                                    const EncryptionContext& context, hsm::Plaintext plaintext,
                                    hsm::Deadline deadline);
  Bytes seal(const Ciphertext& ciphertext, const EncryptionContext& context,
             hsm::Deadline deadline);

  Tokens& tokens_;
  BindingKeys& bindings_;
};

}  // namespace strongroom::keys
