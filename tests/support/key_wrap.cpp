#include "tests/support/key_wrap.h"

#include <openssl/evp.h>

#include <array>
#include <memory>
#include <stdexcept>

namespace strongroom::testing {
namespace {

constexpr int kBlock = 16;

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};

SecretBytes transform(const SecretBytes& key, hsm::WrapMethod method, ByteView input, int encrypt) {
  if (key.size() != 32) throw std::runtime_error("wrapping needs a key of 32 bytes");
  const std::unique_ptr<EVP_CIPHER_CTX, FreeContext> context(EVP_CIPHER_CTX_new());
  // OpenSSL refuses the wrap modes unless the caller says that it knows what they are.
  EVP_CIPHER_CTX_set_flags(context.get(), EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
  const bool keyWrap = method == hsm::WrapMethod::kAesKeyWrap;
  const std::array<unsigned char, kBlock> zeros{};
  const auto* keyBytes = reinterpret_cast<const unsigned char*>(key.expose().data());
  SecretBytes output(input.size() + 2 * kBlock);
  auto* out = reinterpret_cast<unsigned char*>(output.exposeWritable().data());
  int length = 0;
  int rest = 0;
  const bool done =
      EVP_CipherInit_ex(context.get(), keyWrap ? EVP_aes_256_wrap() : EVP_aes_256_cbc(), nullptr,
                        keyBytes, keyWrap ? nullptr : zeros.data(), encrypt) == 1 &&
      EVP_CipherUpdate(context.get(), out, &length,
                       reinterpret_cast<const unsigned char*>(input.data()),
                       static_cast<int>(input.size())) == 1 &&
      EVP_CipherFinal_ex(context.get(), out + length, &rest) == 1;
  if (!done || length + rest <= 0) throw std::runtime_error("wrapping refused its input");
  output.truncate(static_cast<std::size_t>(length + rest));
  return output;
}

}  // namespace

Bytes wrapInSoftware(const SecretBytes& key, hsm::WrapMethod method, ByteView plaintext) {
  const SecretBytes wrapped = transform(key, method, plaintext, 1);
  return {wrapped.expose().begin(), wrapped.expose().end()};
}

SecretBytes unwrapInSoftware(const SecretBytes& key, hsm::WrapMethod method, ByteView wrapped) {
  SecretBytes value = transform(key, method, wrapped, 0);
  if (!hsm::isDataKeyLength(value.size())) throw std::runtime_error("no length of a data key");
  return value;
}

}  // namespace strongroom::testing
