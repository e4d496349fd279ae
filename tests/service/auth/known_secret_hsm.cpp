#include "tests/service/auth/known_secret_hsm.h"

#include <openssl/evp.h>

namespace strongroom::auth {

SecretBytes KnownSecretHsm::bindingMac(ByteView, hsm::Deadline) {
  SecretBytes mac(32);  // 30 bytes that the secret encodes, and two that it does not use
  EVP_DecodeBlock(reinterpret_cast<unsigned char*>(mac.exposeWritable().data()),
                  reinterpret_cast<const unsigned char*>(secret_.data()),
                  static_cast<int>(secret_.size()));
  return mac;
}

}  // namespace strongroom::auth
