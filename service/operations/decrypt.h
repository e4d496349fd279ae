#pragma once

#include <optional>
#include <string>

#include "service/keys/ciphertext.h"
#include "service/operations/context.h"

namespace strongroom::operations {

struct DecryptRequest {
  SecretBytes ciphertext;            ///< 1 to 6144 bytes
  std::optional<std::string> keyId;  ///< any identifier form; must then be the key that encrypted
  keys::EncryptionContext encryptionContext;
  bool dryRun = false;
};

struct DecryptResponse {
  SecretBytes plaintext;
  std::string keyArn;
  std::string keyMaterialId;
};

/// Opens what Encrypt or GenerateDataKey* made. Anything else, or another context, is
/// kInvalidCiphertext and costs no HSM call. Throws Error, hsm::Error, keys::StoreError.
DecryptResponse decrypt(const Context& context, const DecryptRequest& request);

}  // namespace strongroom::operations
