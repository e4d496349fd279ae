#pragma once

#include "service/keys/ciphertext.h"
#include "service/operations/error.h"

namespace strongroom::operations {

/// AWS publishes no limit of the encryption context; ours keeps what must be hashed per request
/// small.
inline constexpr std::size_t kMaxContextBytes = 8192;

/// Throws Error kValidation when names and values together are longer than kMaxContextBytes.
inline void requireModestContext(const keys::EncryptionContext& context) {
  std::size_t bytes = 0;
  for (const auto& [name, value] : context) bytes += name.size() + value.size();
  if (bytes > kMaxContextBytes) {
    throw Error(ErrorCode::kValidation, "The encryption context is larger than " +
                                            std::to_string(kMaxContextBytes) + " bytes.");
  }
}

}  // namespace strongroom::operations
