#include "service/crypto/digest.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <memory>
#include <stdexcept>
#include <string>

namespace strongroom::crypto {
namespace {

struct MacContextDeleter {
  void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
};
using MacContext = std::unique_ptr<EVP_MAC_CTX, MacContextDeleter>;

unsigned char* raw(std::byte* bytes) {
  return reinterpret_cast<unsigned char*>(bytes);
}
const unsigned char* raw(const std::byte* bytes) {
  return reinterpret_cast<const unsigned char*>(bytes);
}

void require(bool done, const char* what) {
  if (!done) throw std::runtime_error(std::string("OpenSSL failed: ") + what);
}

/// Fetched once: a fetch by name costs more than hashing one of our messages.
const EVP_MD* sha256Algorithm() {
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  require(algorithm != nullptr, "fetch SHA256");
  return algorithm;
}

/// An HMAC-SHA256 context to be copied, so that neither algorithm is looked up per message. It is
/// keyed with zeroes because OpenSSL 3.0 refuses to copy a context that has no key yet.
EVP_MAC_CTX* makeHmacPrototype() {
  EVP_MAC* const hmac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  require(hmac != nullptr, "fetch HMAC");
  MacContext context(EVP_MAC_CTX_new(hmac));
  EVP_MAC_free(hmac);  // the context keeps its own reference
  require(context != nullptr, "make an HMAC context");

  char digest[] = "SHA256";
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
      OSSL_PARAM_construct_end()};
  constexpr unsigned char kNoKey[32] = {};
  require(EVP_MAC_init(context.get(), kNoKey, sizeof kNoKey, parameters) == 1, "set up HMAC");
  return context.release();
}

MacContext hmacContext() {
  static const EVP_MAC_CTX* const prototype = makeHmacPrototype();
  MacContext context(EVP_MAC_CTX_dup(prototype));
  require(context != nullptr, "copy an HMAC context");
  return context;
}

}  // namespace

Digest sha256(ByteView message) {
  Digest digest;
  require(EVP_Digest(message.data(), message.size(), raw(digest.data()), nullptr, sha256Algorithm(),
                     nullptr) == 1,
          "SHA-256");
  return digest;
}

SecretBytes hmacSha256(ByteView key, std::initializer_list<ByteView> pieces) {
  const MacContext context = hmacContext();
  require(EVP_MAC_init(context.get(), raw(key.data()), key.size(), nullptr) == 1, "key HMAC");
  for (const ByteView piece : pieces) {
    require(EVP_MAC_update(context.get(), raw(piece.data()), piece.size()) == 1, "HMAC");
  }
  SecretBytes mac(sizeof(Digest));
  std::size_t length = 0;
  require(
      EVP_MAC_final(context.get(), raw(mac.exposeWritable().data()), &length, mac.size()) == 1 &&
          length == mac.size(),
      "finish HMAC");
  return mac;
}

}  // namespace strongroom::crypto
