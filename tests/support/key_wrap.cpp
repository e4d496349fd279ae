#include "tests/support/key_wrap.h"

#include <openssl/evp.h>

#include <memory>
#include <stdexcept>

namespace strongroom::testing {
namespace {

constexpr int kBlock = 8;

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};

SecretBytes transform(const SecretBytes& key, ByteView input, int encrypt) {
  if (key.size() != 32) throw std::runtime_error("key wrap needs a key of 32 bytes");
  const std::unique_ptr<EVP_CIPHER_CTX, FreeContext> context(EVP_CIPHER_CTX_new());
  // OpenSSL refuses the wrap modes unless the caller says that it knows what they are.
  EVP_CIPHER_CTX_set_flags(context.get(), EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
  const auto* keyBytes = reinterpret_cast<const unsigned char*>(key.expose().data());
  SecretBytes output(input.size() + 2 * kBlock);
  int length = 0;
  const bool done =
      EVP_CipherInit_ex(context.get(), EVP_aes_256_wrap(), nullptr, keyBytes, nullptr, encrypt) ==
          1 &&
      EVP_CipherUpdate(context.get(),
                       reinterpret_cast<unsigned char*>(output.exposeWritable().data()), &length,
                       reinterpret_cast<const unsigned char*>(input.data()),
                       static_cast<int>(input.size())) == 1;
  if (!done || length <= 0) throw std::runtime_error("key wrap refused its input");
  output.truncate(static_cast<std::size_t>(length));
  return output;
}

}  // namespace

Bytes wrapInSoftware(const SecretBytes& key, ByteView plaintext) {
  const SecretBytes wrapped = transform(key, plaintext, 1);
  return {wrapped.expose().begin(), wrapped.expose().end()};
}

SecretBytes unwrapInSoftware(const SecretBytes& key, ByteView wrapped) {
  return transform(key, wrapped, 0);
}

}  // namespace strongroom::testing
