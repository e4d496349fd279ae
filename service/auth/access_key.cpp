#include "service/auth/access_key.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>

namespace strongroom::auth {
namespace {

constexpr std::string_view kPrefix = "SRAK";
constexpr std::string_view kBase32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";  // RFC 4648
constexpr std::size_t kRandomBytes = 10;
constexpr std::size_t kIdLength = kPrefix.size() + kRandomBytes * 8 / 5;

/// Separates this use of the binding key from every other. Changing it changes every secret access
/// key.
constexpr std::string_view kDerivationLabel = "strongroom-access-key-v1";

// 30 bytes are 40 characters of base64 without padding, the length that AWS's tools are used to.
constexpr std::size_t kSecretBytes = 30;
constexpr std::size_t kSecretLength = kSecretBytes * 4 / 3;

}  // namespace

std::string newAccessKeyId(hsm::Hsm& hsm, hsm::Deadline deadline) {
  std::array<std::byte, kRandomBytes> random{};
  hsm.random(random, deadline);

  std::string id(kPrefix);
  unsigned pending = 0;  // bits read and not yet written, right aligned
  int pendingBits = 0;
  for (std::byte b : random) {
    pending = (pending << 8) | std::to_integer<unsigned>(b);
    for (pendingBits += 8; pendingBits >= 5;) {
      pendingBits -= 5;
      id.push_back(kBase32[(pending >> pendingBits) & 31U]);
    }
  }
  return id;
}

bool isAccessKeyId(std::string_view text) {
  return text.size() == kIdLength && text.starts_with(kPrefix) &&
         std::ranges::all_of(text.substr(kPrefix.size()),
                             [](char c) { return kBase32.find(c) != std::string_view::npos; });
}

SecretBytes secretAccessKey(hsm::Hsm& hsm, const std::string& accessKeyId, hsm::Deadline deadline) {
  const std::string message = std::string(kDerivationLabel) + accessKeyId;
  const SecretBytes mac = hsm.bindingMac(asBytes(message), deadline);

  SecretBytes secret(kSecretLength + 1);  // EVP_EncodeBlock writes a terminating NUL
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(secret.exposeWritable().data()),
                  reinterpret_cast<const unsigned char*>(mac.expose().data()), kSecretBytes);
  secret.truncate(kSecretLength);
  return secret;
}

}  // namespace strongroom::auth
