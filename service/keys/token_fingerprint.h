#pragma once

#include <functional>
#include <string>

#include "hsm/hsm.h"
#include "service/keys/metadata_store.h"
#include "service/keys/tokens.h"

// A store knows its tokens again by their fingerprints: against the wrong token every record would
// seem to have lost its object, and new keys would go where nobody looks for them. A fingerprint is
// a MAC under the token's binding key, over a label that nothing else uses: it tells tokens apart
// and is of no other use, hence no secret. A token restored from its own backup is the same token.
namespace strongroom::keys {

/// What tells a token from every other, by its binding key: `bindingMac(message)` is HMAC-SHA256 of
/// `message` under it.
std::string fingerprintOf(const std::function<SecretBytes(ByteView)>& bindingMac);

/// Ties `store` to the token behind `hsm` as its first one, and refuses any other in that place
/// from then on. One HSM call. Throws StoreError that says what to mend; hsm::Error.
void requireSameToken(MetadataStore& store, hsm::Hsm& hsm, hsm::Deadline deadline);

enum class Recognition {
  kKnown,
  kAdded,  ///< the store never saw it before
};

/// Finds out which of the store's tokens `token`, one of `tokens`, is, adds it where it is new, and
/// gives it its number. One HSM call. Throws StoreError when it is the same as another of `tokens`;
/// hsm::Error.
Recognition recogniseToken(MetadataStore& store, Tokens& tokens, Token& token,
                           hsm::Deadline deadline);

}  // namespace strongroom::keys
