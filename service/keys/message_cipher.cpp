#include "service/keys/message_cipher.h"

#include <openssl/evp.h>

#include <array>
#include <memory>

#include "hsm/error.h"

namespace strongroom::keys {
namespace {

constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kGcmTagBytes = 16;
constexpr std::array<unsigned char, 12> kNonce{};

struct CipherContextDeleter {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, CipherContextDeleter>;

enum class Direction : int { kDecrypt = 0, kEncrypt = 1 };  // as EVP_CipherInit_ex2 counts

unsigned char* raw(std::byte* bytes) {
  return reinterpret_cast<unsigned char*>(bytes);
}
const unsigned char* raw(const std::byte* bytes) {
  return reinterpret_cast<const unsigned char*>(bytes);
}

void require(bool done, const char* what) {
  if (!done) throw hsm::Error(hsm::ErrorCode::kFault, std::string("AES-256-GCM failed: ") + what);
}

/// Fetched once: a fetch by name costs more than encrypting a small message.
const EVP_CIPHER* aes256Gcm() {
  static const EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  require(cipher != nullptr, "fetch");
  return cipher;
}

/// A context that has taken in key and header and waits for the text.
CipherContext begin(Direction direction, const SecretBytes& key, ByteView header) {
  require(key.size() == kKeyBytes, "a message key has 32 bytes");
  CipherContext context(EVP_CIPHER_CTX_new());
  require(context != nullptr, "make a context");
  require(EVP_CipherInit_ex2(context.get(), aes256Gcm(), raw(key.expose().data()), kNonce.data(),
                             static_cast<int>(direction), nullptr) == 1,
          "key");
  int length = 0;
  require(EVP_CipherUpdate(context.get(), nullptr, &length, raw(header.data()),
                           static_cast<int>(header.size())) == 1,
          "header");
  return context;
}

void transform(const CipherContext& context, ByteView in, std::byte* out) {
  int length = 0;
  require(EVP_CipherUpdate(context.get(), raw(out), &length, raw(in.data()),
                           static_cast<int>(in.size())) == 1 &&
              static_cast<std::size_t>(length) == in.size(),
          "text");
}

/// GCM gives no bytes here; OpenSSL wants somewhere to put them nonetheless.
bool finish(const CipherContext& context) {
  unsigned char nothing[kGcmTagBytes];
  int length = 0;
  return EVP_CipherFinal_ex(context.get(), nothing, &length) == 1;
}

}  // namespace

Bytes encryptMessage(const SecretBytes& key, ByteView plaintext, ByteView header) {
  const CipherContext context = begin(Direction::kEncrypt, key, header);
  Bytes sealed(plaintext.size() + kGcmTagBytes);
  transform(context, plaintext, sealed.data());
  require(finish(context), "finish");
  require(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, kGcmTagBytes,
                              sealed.data() + plaintext.size()) == 1,
          "read the tag");
  return sealed;
}

SecretBytes decryptMessage(const SecretBytes& key, ByteView sealed, ByteView header) {
  require(sealed.size() > kGcmTagBytes, "shorter than its tag");
  const ByteView text = sealed.first(sealed.size() - kGcmTagBytes);
  std::array<std::byte, kGcmTagBytes> tag;
  std::copy(sealed.end() - kGcmTagBytes, sealed.end(), tag.begin());

  const CipherContext context = begin(Direction::kDecrypt, key, header);
  SecretBytes plaintext(text.size());
  transform(context, text, plaintext.exposeWritable().data());
  require(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, kGcmTagBytes, tag.data()) == 1,
          "set the tag");
  require(finish(context), "the tag does not fit");
  return plaintext;
}

}  // namespace strongroom::keys
