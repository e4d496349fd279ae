#include "service/keys/envelope.h"

#include <string>

#include "hsm/error.h"
#include "service/keys/message_cipher.h"

namespace strongroom::keys {
namespace {

constexpr std::size_t kMessageKeyBytes = 32;

/// What the token unwrapped was authenticated before: a key of another length is its fault.
void requireLength(const SecretBytes& key, std::size_t bytes) {
  if (key.size() == bytes) return;
  throw hsm::Error(hsm::ErrorCode::kFault, "the token unwrapped a key of " +
                                               std::to_string(key.size()) + " bytes that has " +
                                               std::to_string(bytes));
}

}  // namespace

SealedDataKey Envelope::generateDataKey(const KeyRef& ref, std::size_t bytes,
                                        const EncryptionContext& context, hsm::Plaintext plaintext,
                                        hsm::Deadline deadline) {
  hsm::Hsm& token = tokens_.holding(ref);
  if (bytes > kMessageKeyBytes && lengthInToken(bytes) > token.describe().longestDataKey) {
    return generateLongDataKey(ref, bytes, context, plaintext, deadline);
  }
  hsm::DataKey made = token.generateDataKey(ref, lengthInToken(bytes), plaintext, deadline);
  Ciphertext parts{dataKeySuite(made.method, bytes), ref, std::move(made.wrapped), {}};
  if (recordsLength(parts.suite)) {
    appendBigEndian(parts.payload, static_cast<std::uint16_t>(bytes));
    if (plaintext == hsm::Plaintext::kReturn) made.plaintext.truncate(bytes);
  }
  return {seal(parts, context, deadline), std::move(made.plaintext)};
}

SealedDataKey Envelope::generateLongDataKey(const KeyRef& ref, std::size_t bytes,
                                            const EncryptionContext& context,
                                            hsm::Plaintext plaintext, hsm::Deadline deadline) {
  SecretBytes value(bytes);
  tokens_.holding(ref).random(value.exposeWritable(), deadline);
  Bytes ciphertext = encrypt(ref, value.expose(), context, deadline);
  if (plaintext == hsm::Plaintext::kWithhold) value = SecretBytes();
  return {std::move(ciphertext), std::move(value)};
}

Bytes Envelope::encrypt(const KeyRef& ref, ByteView plaintext, const EncryptionContext& context,
                        hsm::Deadline deadline) {
  hsm::DataKey messageKey = tokens_.holding(ref).generateDataKey(ref, kMessageKeyBytes,
                                                                 hsm::Plaintext::kReturn, deadline);
  Ciphertext parts{messageSuite(messageKey.method), ref, std::move(messageKey.wrapped), {}};
  const Bytes header = encodeBody(parts);  // all before the payload, which is still empty
  parts.payload = encryptMessage(messageKey.plaintext, plaintext, header);
  return seal(parts, context, deadline);
}

bool Envelope::verify(const ParsedCiphertext& ciphertext, const EncryptionContext& context,
                      hsm::Deadline deadline) {
  if (!tokens_.isRecorded(ciphertext.parts.ref)) return false;
  const auto subkey = bindings_.subkey(ciphertext.parts.ref, deadline);
  return equalInConstantTime(bindingTag(*subkey, ciphertext.body, context), ciphertext.tag);
}

SecretBytes Envelope::open(const ParsedCiphertext& ciphertext, hsm::Deadline deadline) {
  const Ciphertext& parts = ciphertext.parts;
  SecretBytes key = tokens_.holding(parts.ref).unwrapDataKey(parts.ref, wrapMethodOf(parts.suite),
                                                             parts.wrapped, deadline);
  if (recordsLength(parts.suite)) {
    const std::size_t bytes = readBigEndian<std::uint16_t>(parts.payload);
    requireLength(key, lengthInToken(bytes));
    key.truncate(bytes);
    return key;
  }
  if (parts.payload.empty()) return key;
  requireLength(key, kMessageKeyBytes);
  const ByteView header =
      ByteView(ciphertext.body).first(ciphertext.body.size() - parts.payload.size());
  return decryptMessage(key, parts.payload, header);
}

Bytes Envelope::seal(const Ciphertext& ciphertext, const EncryptionContext& context,
                     hsm::Deadline deadline) {
  const auto subkey = bindings_.subkey(ciphertext.ref, deadline);
  Bytes blob = encodeBody(ciphertext);
  const Tag32 tag = bindingTag(*subkey, blob, context);
  blob.insert(blob.end(), tag.begin(), tag.end());
  return blob;
}

}  // namespace strongroom::keys
