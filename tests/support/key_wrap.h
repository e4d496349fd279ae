#pragma once

#include "hsm/bytes.h"
#include "hsm/hsm.h"
#include "hsm/secret_bytes.h"

namespace strongroom::testing {

/// Wrapping under an AES-256 key by OpenSSL, in memory: what a token's C_WrapKey is compared with.
/// Throws std::runtime_error when `key` is no AES-256 key or the length is none that the method
/// takes.
Bytes wrapInSoftware(const SecretBytes& key, hsm::WrapMethod method, ByteView plaintext);

/// The inverse; throws std::runtime_error when the integrity check or the padding fails, or when
/// what comes of it has not the length of a data key.
SecretBytes unwrapInSoftware(const SecretBytes& key, hsm::WrapMethod method, ByteView wrapped);

}  // namespace strongroom::testing
