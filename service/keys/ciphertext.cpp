#include "service/keys/ciphertext.h"

#include <algorithm>

#include "service/crypto/digest.h"

namespace strongroom::keys {
namespace {

// Offsets of the fixed part: version 1 | suite 1 | key id 16 | key version 4 | wrapped length 2
constexpr std::size_t kSuiteAt = 1;
constexpr std::size_t kKeyIdAt = 2;
constexpr std::size_t kKeyVersionAt = 18;
constexpr std::size_t kWrappedLengthAt = 22;
constexpr std::size_t kHeaderBytes = 24;

/// Ends in a NUL, as all our labels do, so that none is the beginning of another.
constexpr std::string_view kTagLabel("strongroom-binding-v1\0", 22);

/// What the lengths of each suite can be. Wrapped sizes are multiples of 8, as key wrap makes them.
struct SuiteShape {
  Suite suite;
  std::size_t minWrapped, maxWrapped;
  std::size_t minPayload, maxPayload;
};

constexpr std::size_t kGcmTagBytes = 16;
constexpr SuiteShape kShapes[] = {
    {Suite::kDataKey, hsm::wrappedSize(16), hsm::wrappedSize(1024), 0, 0},
    {Suite::kShortDataKey, hsm::wrappedSize(16), hsm::wrappedSize(1024), 2, 2},
    {Suite::kMessage, hsm::wrappedSize(32), hsm::wrappedSize(32), 1 + kGcmTagBytes,
     4096 + kGcmTagBytes},
};

const SuiteShape* shapeOf(std::byte suite) {
  const auto* found = std::find_if(std::begin(kShapes), std::end(kShapes), [&](const auto& shape) {
    return static_cast<std::byte>(shape.suite) == suite;
  });
  return found == std::end(kShapes) ? nullptr : found;
}

bool fits(const SuiteShape& shape, std::size_t wrapped, std::size_t payload) {
  return wrapped % 8 == 0 && wrapped >= shape.minWrapped && wrapped <= shape.maxWrapped &&
         payload >= shape.minPayload && payload <= shape.maxPayload;
}

/// Whether a short data key of the length that `payload` records is cut from one of this size, and
/// cut at all: the whole of it would be Suite::kDataKey.
bool isCutFrom(std::size_t wrapped, ByteView payload) {
  const std::size_t bytes = readBigEndian<std::uint16_t>(payload);
  return bytes != 0 && bytes != lengthInToken(bytes) &&
         wrapped == hsm::wrappedSize(lengthInToken(bytes));
}

void append(Bytes& out, ByteView more) {
  out.insert(out.end(), more.begin(), more.end());
}

/// Each name and value with its length before it; std::map gives them in the order of their bytes.
Bytes canonicalContext(const EncryptionContext& context) {
  Bytes canonical;
  for (const auto& [name, value] : context) {
    for (const std::string* text : {&name, &value}) {
      appendBigEndian(canonical, static_cast<std::uint32_t>(text->size()));
      append(canonical, asBytes(*text));
    }
  }
  return canonical;
}

}  // namespace

std::size_t lengthInToken(std::size_t bytes) {
  return std::max((bytes + 7) / 8 * 8, hsm::kMinDataKeyBytes);
}

Bytes encodeBody(const Ciphertext& ciphertext) {
  Bytes body;
  body.reserve(kHeaderBytes + ciphertext.wrapped.size() + ciphertext.payload.size() + kTagBytes);
  body.push_back(kCiphertextFormat);
  body.push_back(static_cast<std::byte>(ciphertext.suite));
  append(body, ciphertext.ref.key.bytes);
  appendBigEndian(body, ciphertext.ref.version);
  appendBigEndian(body, static_cast<std::uint16_t>(ciphertext.wrapped.size()));
  append(body, ciphertext.wrapped);
  append(body, ciphertext.payload);
  return body;
}

std::optional<ParsedCiphertext> parseCiphertext(ByteView blob) {
  if (blob.size() < kHeaderBytes + kTagBytes || blob[0] != kCiphertextFormat) return std::nullopt;
  const SuiteShape* const shape = shapeOf(blob[kSuiteAt]);
  if (shape == nullptr) return std::nullopt;

  const ByteView body = blob.first(blob.size() - kTagBytes);
  const ByteView sealed = body.subspan(kHeaderBytes);
  const std::size_t wrapped = readBigEndian<std::uint16_t>(body.subspan(kWrappedLengthAt, 2));
  if (wrapped > sealed.size() || !fits(*shape, wrapped, sealed.size() - wrapped)) {
    return std::nullopt;
  }
  if (shape->suite == Suite::kShortDataKey && !isCutFrom(wrapped, sealed.subspan(wrapped))) {
    return std::nullopt;
  }

  ParsedCiphertext parsed;
  parsed.parts.suite = shape->suite;
  std::copy_n(body.begin() + kKeyIdAt, parsed.parts.ref.key.bytes.size(),
              parsed.parts.ref.key.bytes.begin());
  parsed.parts.ref.version = readBigEndian<std::uint32_t>(body.subspan(kKeyVersionAt, 4));
  if (parsed.parts.ref.version == 0) return std::nullopt;
  parsed.parts.wrapped.assign(sealed.begin(), sealed.begin() + wrapped);
  parsed.parts.payload.assign(sealed.begin() + wrapped, sealed.end());
  parsed.body.assign(body.begin(), body.end());
  std::copy_n(blob.end() - kTagBytes, kTagBytes, parsed.tag.begin());
  return parsed;
}

Tag32 bindingTag(const SecretBytes& subkey, ByteView body, const EncryptionContext& context) {
  Bytes bodyLength;
  appendBigEndian(bodyLength, static_cast<std::uint32_t>(body.size()));
  const crypto::Digest contextHash = crypto::sha256(canonicalContext(context));
  const SecretBytes mac =
      crypto::hmacSha256(subkey.expose(), {asBytes(kTagLabel), bodyLength, body, contextHash});
  Tag32 tag;
  std::ranges::copy(mac.expose(), tag.begin());
  return tag;
}

}  // namespace strongroom::keys
