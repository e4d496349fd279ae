#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace strongroom {

/// Bytes that are not secret: ciphertexts, identifiers, digests. Secrets are hsm::SecretBytes.
using Bytes = std::vector<std::byte>;

/// A borrowed run of bytes; the caller keeps the owner alive.
using ByteView = std::span<const std::byte>;

/// The bytes of `text`, borrowed.
inline ByteView asBytes(std::string_view text) {
  return std::as_bytes(std::span<const char>(text.data(), text.size()));
}

/// The characters of `bytes`, borrowed.
inline std::string_view asText(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Appends `value` in network byte order (big endian).
template <class Unsigned>
void appendBigEndian(Bytes& out, Unsigned value) {
  for (int shift = (static_cast<int>(sizeof value) - 1) * 8; shift >= 0; shift -= 8) {
    out.push_back(static_cast<std::byte>(value >> shift));
  }
}

/// Reads an unsigned integer in network byte order; `bytes` holds exactly sizeof(Unsigned) bytes.
template <class Unsigned>
Unsigned readBigEndian(ByteView bytes) {
  Unsigned value = 0;
  for (std::byte b : bytes)
    value = static_cast<Unsigned>((value << 8) | std::to_integer<Unsigned>(b));
  return value;
}

/// Lower-case hexadecimal, two characters a byte.
std::string toHex(ByteView bytes);

}  // namespace strongroom
