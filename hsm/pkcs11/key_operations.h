#pragma once

#include "hsm/pkcs11/attributes.h"
#include "hsm/pkcs11/session_object.h"
#include "hsm/pkcs11/templates.h"
#include "hsm/pkcs11/wrap_mechanism.h"

namespace strongroom::hsm::pkcs11 {

// The verbs of a token, each one PKCS#11 operation on a lease, with buffers sized from the
// algorithm: modules' answers to length queries are not to be trusted. All throw hsm::Error.

/// C_GenerateKey of a session key of `bytes` bytes.
SessionObject generateSessionKey(Lease& lease, Template attributes, std::size_t bytes);

/// C_WrapKey of a key of `bytes` bytes; kFault when the result has not the length that the method
/// gives.
Bytes wrapKey(Lease& lease, WrapMechanism wrap, CK_OBJECT_HANDLE wrapping, CK_OBJECT_HANDLE key,
              std::size_t bytes);

/// Whether the token wraps `key` (at most 32 bytes) when asked; for trials. Throws only what is no
/// verdict on the key.
bool wraps(Lease& lease, WrapMechanism wrap, CK_OBJECT_HANDLE wrapping, CK_OBJECT_HANDLE key);

/// C_UnwrapKey to a session key, which is read and destroyed. Throws kFault when its length is none
/// that wraps to `wrapped.size()` bytes.
SecretBytes unwrapAndRead(Lease& lease, WrapMechanism wrap, const UnwrapTemplate& chosen,
                          CK_OBJECT_HANDLE wrapping, ByteView wrapped);

/// CKA_VALUE of a session key, which has `bytes` bytes; kFault when it has another length.
SecretBytes readValue(Lease& lease, CK_OBJECT_HANDLE key, std::size_t bytes);

/// HMAC-SHA256 by C_SignInit and C_Sign: 32 bytes.
SecretBytes hmacSha256(Lease& lease, CK_OBJECT_HANDLE key, ByteView message);

/// Makes a throw-away key of `bytes` bytes, wraps it under `wrapping`, unwraps it and compares.
/// Throws kKeyUnusable when they differ.
void tryWrapAndUnwrap(Lease& lease, WrapMechanism wrap, const UnwrapTemplate& chosen,
                      CK_OBJECT_HANDLE wrapping, std::size_t bytes);

}  // namespace strongroom::hsm::pkcs11
