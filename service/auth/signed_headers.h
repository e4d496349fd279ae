#pragma once

#include "service/auth/authorization_header.h"
#include "service/crypto/digest.h"
#include "service/http/message.h"

namespace strongroom::auth {

/// Throws auth::Error (kIncompleteSignature) unless Host (once), `dateHeader` and every x-amz-*
/// header of the request are among the signed ones: a header that is acted on and not signed could
/// be put there by anyone who saw the request. x-amz-content-sha256 alone is exempt, see
/// requireDeclaredHash(). `dateHeader` is lower-case.
void requireSignedHeaders(const http::Request& request, const AuthorizationHeader& authorization,
                          std::string_view dateHeader);

/// Throws auth::Error (kInvalidSignature) when the request declares a hash of its body by
/// x-amz-content-sha256 that is not `bodyHash`. Words in place of a hash ("UNSIGNED-PAYLOAD") are
/// refused by the same comparison.
void requireDeclaredHash(const http::Request& request, const crypto::Digest& bodyHash);

}  // namespace strongroom::auth
