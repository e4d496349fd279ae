#include "service/keys/token_fingerprint.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "hsm/bytes.h"

namespace strongroom::keys {
namespace {

/// Ends in a NUL, as all our labels do, so that none is the beginning of another.
constexpr std::string_view kFingerprintLabel("strongroom-store-v1\0", 20);

/// Half of the MAC: 128 bits tell any number of tokens apart.
constexpr std::size_t kFingerprintBytes = 16;

TokenRecord recordOf(hsm::Hsm& hsm, hsm::Deadline deadline) {
  const hsm::TokenDescription description = hsm.describe();
  return {kFirstToken,
          fingerprintOf([&](ByteView message) { return hsm.bindingMac(message, deadline); }),
          description.label, description.serial};
}

std::string describe(const TokenRecord& token) {
  return "'" + token.label + "', serial " + token.serial + " (fingerprint " + token.fingerprint +
         ")";
}

}  // namespace

std::string fingerprintOf(const std::function<SecretBytes(ByteView)>& bindingMac) {
  return toHex(bindingMac(asBytes(kFingerprintLabel)).expose().first(kFingerprintBytes));
}

void requireSameToken(MetadataStore& store, hsm::Hsm& hsm, hsm::Deadline deadline) {
  const TokenRecord token = recordOf(hsm, deadline);
  store.recordFirstToken(token);
  // Read afterwards: another process may have been first, with another token.
  const TokenRecord first = store.tokens().front();
  if (token.fingerprint == first.fingerprint) return;
  throw StoreError("the metadata store belongs to another token, " + describe(first) + ", than " +
                   describe(token) +
                   ": point [token] at the token that the store was first used with, or [store] at "
                   "this token's own store");
}

Recognition recogniseToken(MetadataStore& store, Tokens& tokens, Token& token,
                           hsm::Deadline deadline) {
  const TokenRecord record = recordOf(token.hsm(), deadline);
  const std::vector<TokenRecord> known = store.tokens();
  const bool isKnown = std::ranges::any_of(
      known, [&](const TokenRecord& each) { return each.fingerprint == record.fingerprint; });
  const TokenNumber number = store.recordToken(record);
  if (const Token* same = tokens.find(number); same && same != &token) {
    throw StoreError("[" + token.name() + "] is the same token as [" + same->name() +
                     "]: " + describe(record));
  }
  token.setNumber(number);
  return isKnown ? Recognition::kKnown : Recognition::kAdded;
}

}  // namespace strongroom::keys
