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

/// What each suite holds, and how long its payload can be. How long the wrapped key can be follows
/// from the method.
struct SuiteShape {
  Suite suite;
  hsm::WrapMethod method;
  enum class Content : std::uint8_t { kWholeDataKey, kDataKeyOfLength, kMessage } content;
  std::size_t minPayload, maxPayload;
};

using enum hsm::WrapMethod;
using enum SuiteShape::Content;

constexpr std::size_t kMessageKeyBytes = 32;
constexpr std::size_t kGcmTagBytes = 16;
constexpr std::size_t kMinMessage = 1 + kGcmTagBytes;
constexpr std::size_t kMaxMessage = 4096 + kGcmTagBytes;
constexpr SuiteShape kShapes[] = {
    {Suite::kDataKey, kAesKeyWrap, kWholeDataKey, 0, 0},
    {Suite::kShortDataKey, kAesKeyWrap, kDataKeyOfLength, 2, 2},
    {Suite::kMessage, kAesKeyWrap, kMessage, kMinMessage, kMaxMessage},
    {Suite::kCbcDataKey, kAesCbcPad, kDataKeyOfLength, 2, 2},
    {Suite::kCbcMessage, kAesCbcPad, kMessage, kMinMessage, kMaxMessage},
};

const SuiteShape* shapeOf(std::byte suite) {
  const auto* found = std::find_if(std::begin(kShapes), std::end(kShapes), [&](const auto& shape) {
    return static_cast<std::byte>(shape.suite) == suite;
  });
  return found == std::end(kShapes) ? nullptr : found;
}

const SuiteShape& shapeOf(Suite suite) {
  return *shapeOf(static_cast<std::byte>(suite));
}

/// Whether a data key whose length `payload` records is one of this suite, and wraps to this size.
bool isLengthOf(const SuiteShape& shape, std::size_t wrapped, ByteView payload) {
  const std::size_t bytes = readBigEndian<std::uint16_t>(payload);
  return bytes != 0 && dataKeySuite(shape.method, bytes) == shape.suite &&
         wrapped == hsm::wrappedSize(shape.method, lengthInToken(bytes)) &&
         bytes <= hsm::kMaxDataKeyBytes;
}

bool fits(const SuiteShape& shape, std::size_t wrapped, ByteView payload) {
  if (payload.size() < shape.minPayload || payload.size() > shape.maxPayload) return false;
  switch (shape.content) {
    case kWholeDataKey:
      return hsm::longestWrappedIn(shape.method, wrapped) != 0;
    case kDataKeyOfLength:
      return isLengthOf(shape, wrapped, payload);
    case kMessage:
      break;
  }
  return wrapped == hsm::wrappedSize(shape.method, kMessageKeyBytes);
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

hsm::WrapMethod wrapMethodOf(Suite suite) {
  return shapeOf(suite).method;
}

Suite dataKeySuite(hsm::WrapMethod method, std::size_t bytes) {
  if (method == kAesCbcPad) return Suite::kCbcDataKey;
  return bytes == lengthInToken(bytes) ? Suite::kDataKey : Suite::kShortDataKey;
}

Suite messageSuite(hsm::WrapMethod method) {
  return method == kAesCbcPad ? Suite::kCbcMessage : Suite::kMessage;
}

bool recordsLength(Suite suite) {
  return shapeOf(suite).content == kDataKeyOfLength;
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
  if (wrapped > sealed.size() || !fits(*shape, wrapped, sealed.subspan(wrapped))) {
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
