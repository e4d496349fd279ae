#pragma once

#include "hsm/pkcs11/capabilities.h"
#include "hsm/pkcs11/key_operations.h"
#include "hsm/pkcs11/templates.h"

namespace strongroom::hsm::pkcs11 {

/// Whether tokens of this profile keep the promise at all: one that they cannot is not checked.
bool isKept(const Profile& profile, const Promise& promise);

/// C_GenerateKey of a CMK, or of the binding key for kBindingKeyRef, as a token object. The caller
/// holds the administration lock and does not repeat it. Throws kTokenFull.
CK_OBJECT_HANDLE generateTokenKey(Lease& lease, const KeyRef& ref, const TrialResult& token);

/// Reads the attributes back and compares them with the promises and the names. Throws kKeyUnusable
/// naming the first that is wrong. The binding key may lack CKA_ALLOWED_MECHANISMS: it may be older
/// than its module's knowledge of them.
void verifyAttributes(Lease& lease, const Profile& profile, const KeyRef& ref, CK_OBJECT_HANDLE key,
                      const TrialResult& token);

}  // namespace strongroom::hsm::pkcs11
