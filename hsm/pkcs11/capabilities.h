#pragma once

#include "hsm/pkcs11/profile.h"
#include "hsm/pkcs11/session_pool.h"

namespace strongroom::hsm::pkcs11 {

/// Throws kUnsupported naming every mechanism of ours that the token lacks: not in its list, or
/// without the flags that we need. Needs no login.
void requireMechanisms(Module& module, CK_SLOT_ID slot);

/// What only trying shows.
struct TrialResult {
  bool allowedMechanisms;  ///< the token takes CKA_ALLOWED_MECHANISMS
};

/// Wraps and unwraps a throw-away key under a throw-away session key. Throws hsm::Error, among them
/// kFault when what comes of it has not the length that RFC 3394 gives.
TrialResult tryWrapping(Lease& lease, const Profile& profile);

}  // namespace strongroom::hsm::pkcs11
