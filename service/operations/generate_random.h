#pragma once

#include <cstdint>

#include "service/operations/context.h"

namespace strongroom::operations {

struct GenerateRandomRequest {
  std::uint32_t numberOfBytes = 0;  ///< 1 to 1024
};

struct GenerateRandomResponse {
  SecretBytes plaintext;
};

/// Bytes from the token's generator. Throws hsm::Error.
GenerateRandomResponse generateRandom(const Context& context, const GenerateRandomRequest& request);

}  // namespace strongroom::operations
