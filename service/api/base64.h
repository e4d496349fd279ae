#pragma once

#include <optional>
#include <string_view>

#include "hsm/bytes.h"
#include "hsm/secret_bytes.h"

namespace strongroom::api {

/// The length of the standard base64 form (RFC 4648 section 4, padded) of `bytes` bytes.
constexpr std::size_t base64Length(std::size_t bytes) {
  return (bytes + 2) / 3 * 4;
}

/// Writes the padded standard base64 of `bytes` to `out`, which has room for
/// base64Length(bytes.size()) characters.
void encodeBase64(ByteView bytes, char* out);

/// Reads padded standard base64; nullopt for any other text (white space, url-safe alphabet,
/// missing padding, stray bits before it), so that each run of bytes has one text. The result may
/// be a plaintext, hence SecretBytes.
std::optional<SecretBytes> decodeBase64(std::string_view text);

}  // namespace strongroom::api
