#pragma once

#include "hsm/bytes.h"
#include "hsm/secret_bytes.h"

namespace strongroom::testing {

/// AES-256 key wrap (RFC 3394) by OpenSSL, in memory: what a token's C_WrapKey is compared with.
/// Throws std::runtime_error when `key` is no AES-256 key or the length is none that key wrap
/// takes.
Bytes wrapInSoftware(const SecretBytes& key, ByteView plaintext);

/// The inverse; throws std::runtime_error when the integrity check fails.
SecretBytes unwrapInSoftware(const SecretBytes& key, ByteView wrapped);

}  // namespace strongroom::testing
