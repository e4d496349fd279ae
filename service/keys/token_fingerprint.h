#pragma once

#include "hsm/hsm.h"
#include "service/keys/metadata_store.h"

namespace strongroom::keys {

/// Ties `store` to the token behind `hsm`, and refuses any other from then on: against the wrong
/// token every record would seem to have lost its object, and new keys would go where nobody looks
/// for them. A token restored from its own backup is the same token. What is kept is a MAC under
/// the token's binding key, over a label that nothing else uses: it tells tokens apart and is of no
/// other use, hence no secret. One HSM call. Throws StoreError that says what to mend; hsm::Error.
void requireSameToken(MetadataStore& store, hsm::Hsm& hsm, hsm::Deadline deadline);

}  // namespace strongroom::keys
