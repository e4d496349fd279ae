#pragma once

#include "hsm/pkcs11/attributes.h"
#include "hsm/pkcs11/profile.h"
#include "hsm/pkcs11/session_object.h"

namespace strongroom::hsm::pkcs11 {

// The verbs of a token, each one PKCS#11 operation on a lease, with buffers sized from the
// algorithm: modules' answers to length queries are not to be trusted. All throw hsm::Error.

/// C_GenerateKey of a session key of `bytes` bytes.
SessionObject generateSessionKey(Lease& lease, Template attributes, std::size_t bytes);

/// C_WrapKey of a key of `bytes` bytes; kFault when the result has not the length that key wrap
/// gives.
Bytes wrapKey(Lease& lease, CK_OBJECT_HANDLE wrapping, CK_OBJECT_HANDLE key, std::size_t bytes);

/// C_UnwrapKey to a session key that can be read.
SessionObject unwrapKey(Lease& lease, const Profile& profile, CK_OBJECT_HANDLE wrapping,
                        ByteView wrapped);

/// CKA_VALUE of a session key, which has `bytes` bytes; kFault when it has another length.
SecretBytes readValue(Lease& lease, CK_OBJECT_HANDLE key, std::size_t bytes);

/// HMAC-SHA256 by C_SignInit and C_Sign: 32 bytes.
SecretBytes hmacSha256(Lease& lease, CK_OBJECT_HANDLE key, ByteView message);

/// Makes a throw-away key, wraps it under `wrapping`, unwraps it and compares. Throws kKeyUnusable
/// when they differ.
void tryWrapAndUnwrap(Lease& lease, const Profile& profile, CK_OBJECT_HANDLE wrapping);

}  // namespace strongroom::hsm::pkcs11
