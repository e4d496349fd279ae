#pragma once

#include <optional>
#include <string>

#include "service/keys/ciphertext.h"
#include "service/operations/context.h"

namespace strongroom::operations {

struct ReEncryptRequest {
  SecretBytes ciphertext;  ///< 1 to 6144 bytes
  std::optional<std::string> sourceKeyId;
  keys::EncryptionContext sourceEncryptionContext;
  std::string destinationKeyId;
  keys::EncryptionContext destinationEncryptionContext;
  bool dryRun = false;
};

struct ReEncryptResponse {
  Bytes ciphertext;
  std::string sourceKeyArn;
  std::string destinationKeyArn;
  std::string sourceKeyMaterialId;
  std::string destinationKeyMaterialId;
};

/// Decrypts and encrypts anew under the destination's current version; the plaintext leaves the
/// service in no form. The result is a message ciphertext, also for a data key. Throws Error,
/// hsm::Error, keys::StoreError.
ReEncryptResponse reEncrypt(const Context& context, const ReEncryptRequest& request);

}  // namespace strongroom::operations
