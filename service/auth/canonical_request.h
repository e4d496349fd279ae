#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "service/crypto/digest.h"
#include "service/http/message.h"

namespace strongroom::auth {

// The parts of a canonical request, as Signature Version 4 defines them for every service but S3.
// All work on the bytes of the wire and may be called from any thread.

/// The path with dot segments and repeated slashes resolved, then percent-encoded: a path that came
/// encoded is encoded a second time ("/a%20b" gives "/a%2520b").
std::string canonicalUri(std::string_view path);

/// The query's parameters percent-encoded once, sorted by name, then value; one without a value
/// gets an empty one.
std::string canonicalQuery(std::string_view query);

/// "name:value\n" for each of `signedHeaders`: outer white space removed, runs of it made one
/// space, repeated headers joined by commas in their order. Throws auth::Error
/// (kIncompleteSignature) when one is not in the request.
std::string canonicalHeaders(const http::Request& request,
                             const std::vector<std::string>& signedHeaders);

/// The canonical request. `signedHeaders` are lower-case and sorted; `bodyHash` is the digest of
/// the body as received.
std::string canonicalRequest(const http::Request& request,
                             const std::vector<std::string>& signedHeaders,
                             const crypto::Digest& bodyHash);

}  // namespace strongroom::auth
