#pragma once

#include "hsm/bytes.h"
#include "hsm/secret_bytes.h"

namespace strongroom::keys {

/// AES-256-GCM under a message key that encrypts exactly one message, ever: hence its nonce can be
/// fixed (twelve zero bytes) and takes no room. `key` is 32 bytes; `header` is authenticated and
/// not encrypted. Gives the encrypted bytes and GCM's 16-byte tag. Throws hsm::Error{kFault}.
Bytes encryptMessage(const SecretBytes& key, ByteView plaintext, ByteView header);

/// Undoes encryptMessage(). Callers have authenticated `sealed` before: a tag that does not fit is
/// a fault, thrown as hsm::Error{kFault}.
SecretBytes decryptMessage(const SecretBytes& key, ByteView sealed, ByteView header);

}  // namespace strongroom::keys
