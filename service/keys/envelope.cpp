#include "service/keys/envelope.h"

#include <algorithm>

#include "service/keys/message_cipher.h"

namespace strongroom::keys {
namespace {

constexpr std::size_t kMessageKeyBytes = 32;

}  // namespace

SealedDataKey Envelope::generateDataKey(const KeyRef& ref, std::size_t bytes,
                                        const EncryptionContext& context, hsm::Plaintext plaintext,
                                        hsm::Deadline deadline) {
  hsm::DataKey made =
      tokens_.holding(ref).generateDataKey(ref, lengthInToken(bytes), plaintext, deadline);
  Ciphertext parts{Suite::kDataKey, ref, std::move(made.wrapped), {}};
  if (bytes != lengthInToken(bytes)) {
    parts.suite = Suite::kShortDataKey;
    appendBigEndian(parts.payload, static_cast<std::uint16_t>(bytes));
    if (plaintext == hsm::Plaintext::kReturn) made.plaintext.truncate(bytes);
  }
  return {seal(parts, context, deadline), std::move(made.plaintext)};
}

Bytes Envelope::encrypt(const KeyRef& ref, ByteView plaintext, const EncryptionContext& context,
                        hsm::Deadline deadline) {
  hsm::DataKey messageKey = tokens_.holding(ref).generateDataKey(ref, kMessageKeyBytes,
                                                                 hsm::Plaintext::kReturn, deadline);
  Ciphertext parts{Suite::kMessage, ref, std::move(messageKey.wrapped), {}};
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
  SecretBytes key = tokens_.holding(parts.ref).unwrapDataKey(parts.ref, parts.wrapped, deadline);
  switch (parts.suite) {
    case Suite::kDataKey:
      return key;
    case Suite::kShortDataKey:
      key.truncate(std::min<std::size_t>(readBigEndian<std::uint16_t>(parts.payload), key.size()));
      return key;
    case Suite::kMessage:
      break;
  }
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
