#pragma once

#include <string>

#include "service/keys/ciphertext.h"
#include "service/operations/context.h"

namespace strongroom::operations {

struct EncryptRequest {
  std::string keyId;      ///< any identifier form
  SecretBytes plaintext;  ///< 1 to 4096 bytes
  keys::EncryptionContext encryptionContext;
  bool dryRun = false;
};

struct EncryptResponse {
  Bytes ciphertext;
  std::string keyArn;
};

/// Encrypts a small message under a key's current version. Throws Error, hsm::Error,
/// keys::StoreError.
EncryptResponse encrypt(const Context& context, const EncryptRequest& request);

}  // namespace strongroom::operations
