#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "service/keys/ciphertext.h"
#include "service/operations/context.h"

namespace strongroom::operations {

enum class DataKeySpec : std::uint8_t { kAes128, kAes256 };

/// Exactly one of keySpec and numberOfBytes.
struct GenerateDataKeyRequest {
  std::string keyId;  ///< any identifier form
  std::optional<DataKeySpec> keySpec;
  std::optional<std::uint32_t> numberOfBytes;  ///< 1 to 1024
  keys::EncryptionContext encryptionContext;
  bool dryRun = false;
};

struct GenerateDataKeyResponse {
  Bytes ciphertext;
  SecretBytes plaintext;  ///< empty from generateDataKeyWithoutPlaintext
  std::string keyArn;
  std::string keyMaterialId;
};

/// Makes a data key in the token, wrapped under the key's current version and bound to the context.
/// Throws Error, hsm::Error, keys::StoreError.
GenerateDataKeyResponse generateDataKey(const Context& context,
                                        const GenerateDataKeyRequest& request);

/// The same, and the value of the data key never leaves the token.
GenerateDataKeyResponse generateDataKeyWithoutPlaintext(const Context& context,
                                                        const GenerateDataKeyRequest& request);

}  // namespace strongroom::operations
