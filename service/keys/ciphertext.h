#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>

#include "hsm/bytes.h"
#include "hsm/hsm.h"
#include "hsm/key_ref.h"
#include "hsm/secret_bytes.h"

namespace strongroom::keys {

/// The encryption context: names and values bound to a ciphertext. std::map keeps it sorted by name
/// bytes.
using EncryptionContext = std::map<std::string, std::string>;

/// How a ciphertext is made; the second byte of its format (docs/ciphertext-format.md).
enum class Suite : std::uint8_t {
  kDataKey = 1,       ///< a data key wrapped by RFC 3394; no payload
  kShortDataKey = 2,  ///< a data key cut from a longer one; payload: its length, 2 bytes
  kMessage = 3,       ///< a message key wrapped by RFC 3394; payload AES-256-GCM under it
  kCbcDataKey = 4,    ///< a data key wrapped by AES-CBC; payload: its length, 2 bytes
  kCbcMessage = 5,    ///< a message key wrapped by AES-CBC; payload AES-256-GCM under it
};

/// By which method the key in a ciphertext is wrapped.
hsm::WrapMethod wrapMethodOf(Suite suite);

/// The suite of a data key of `bytes` bytes, and of a message, on a token that wraps by `method`.
Suite dataKeySuite(hsm::WrapMethod method, std::size_t bytes);
Suite messageSuite(hsm::WrapMethod method);

/// Whether the payload is the data key's length: where the wrapped key does not tell it.
bool recordsLength(Suite suite);

/// The length of the key that the token makes for a data key of `bytes` bytes: the next one that
/// key wrap takes. The data key is its first `bytes` bytes.
std::size_t lengthInToken(std::size_t bytes);

/// Everything of a ciphertext but its tag. Layout (version 1), integers in network byte order:
/// version 1 | suite 1 | key id 16 | key version 4 | wrapped length 2 | wrapped | payload | tag 32
struct Ciphertext {
  Suite suite = Suite::kDataKey;
  KeyRef ref;
  Bytes wrapped;
  Bytes payload;
};

inline constexpr std::byte kCiphertextFormat{1};
inline constexpr std::size_t kTagBytes = 32;

/// A tag computed with a version's binding subkey (binding_keys.h).
using Tag32 = std::array<std::byte, kTagBytes>;

/// A ciphertext taken apart but not yet believed: `body` is what the tag covers.
struct ParsedCiphertext {
  Ciphertext parts;
  Bytes body;
  Tag32 tag{};
};

/// Everything but the tag, in wire form.
Bytes encodeBody(const Ciphertext& ciphertext);

/// Takes a blob apart; nullopt when it cannot be one of ours (length, format, suite, lengths that
/// disagree). Reads nothing outside `blob`, whatever it holds; allocates no more than twice its
/// size.
std::optional<ParsedCiphertext> parseCiphertext(ByteView blob);

/// HMAC-SHA256 under `subkey` over body and context: each string with its 32-bit length before it,
/// the context's hash outside, so that {"a":"bc"} and {"ab":"c"} differ and the length of a context
/// costs no HMAC.
Tag32 bindingTag(const SecretBytes& subkey, ByteView body, const EncryptionContext& context);

}  // namespace strongroom::keys
