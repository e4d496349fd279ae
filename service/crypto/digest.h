#pragma once

#include <array>
#include <initializer_list>

#include "hsm/bytes.h"
#include "hsm/secret_bytes.h"

namespace strongroom::crypto {

/// What SHA-256 gives.
using Digest = std::array<std::byte, 32>;

/// SHA-256 of `message`. Thread-safe, like hmacSha256(); both throw std::runtime_error when OpenSSL
/// fails, which only want of memory makes it do.
Digest sha256(ByteView message);

/// HMAC-SHA256 under `key`, which has any length but zero, over `pieces`, one after the other with
/// nothing between them: 32 bytes. Secret, since a MAC may be a key for the next one.
SecretBytes hmacSha256(ByteView key, std::initializer_list<ByteView> pieces);

}  // namespace strongroom::crypto
