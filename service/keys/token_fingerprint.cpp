#include "service/keys/token_fingerprint.h"

#include <string>
#include <string_view>

#include "hsm/bytes.h"

namespace strongroom::keys {
namespace {

/// Ends in a NUL, as all our labels do, so that none is the beginning of another.
constexpr std::string_view kFingerprintLabel("strongroom-store-v1\0", 20);

/// Half of the MAC: 128 bits tell any number of tokens apart.
constexpr std::size_t kFingerprintBytes = 16;

}  // namespace

void requireSameToken(MetadataStore& store, hsm::Hsm& hsm, hsm::Deadline deadline) {
  const SecretBytes mac = hsm.bindingMac(asBytes(kFingerprintLabel), deadline);
  const std::string fingerprint = toHex(mac.expose().first(kFingerprintBytes));
  if (!store.tokenFingerprint()) store.setTokenFingerprint(fingerprint);
  // Read again: another process may have been first, with another token.
  const std::string expected = store.tokenFingerprint().value_or("");
  if (fingerprint == expected) return;
  const hsm::TokenDescription token = hsm.describe();
  throw StoreError("the metadata store belongs to another token (fingerprint " + expected +
                   ") than '" + token.label + "', serial " + token.serial + " (fingerprint " +
                   fingerprint +
                   "): point [token] at the token that the keys of this store are in, or [store] "
                   "at this token's own store");
}

}  // namespace strongroom::keys
