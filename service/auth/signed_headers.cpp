#include "service/auth/signed_headers.h"

#include <algorithm>

#include "service/auth/error.h"
#include "service/auth/text.h"

namespace strongroom::auth {
namespace {

constexpr std::string_view kAmazonPrefix = "x-amz-";
constexpr std::string_view kContentHash = "x-amz-content-sha256";

[[noreturn]] void refuse(const std::string& message) {
  throw Error(ErrorCode::kIncompleteSignature, message);
}

}  // namespace

void requireSignedHeaders(const http::Request& request, const AuthorizationHeader& authorization,
                          std::string_view dateHeader) {
  if (!authorization.isSigned("host") && !authorization.isSigned(kAuthority)) {
    refuse("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
  }
  if (!request.header("host")) refuse("The request must have exactly one 'Host' header.");
  if (!authorization.isSigned(dateHeader)) {
    refuse("'" + std::string(dateHeader) + "' must be a 'SignedHeader' in the AWS Authorization.");
  }
  for (const http::Header& header : request.headers) {
    const std::string name = toLower(header.name);
    if (name.starts_with(kAmazonPrefix) && name != kContentHash && !authorization.isSigned(name)) {
      refuse("There were headers present in the request which were not signed: " + name);
    }
  }
}

void requireDeclaredHash(const http::Request& request, const crypto::Digest& bodyHash) {
  const std::string computed = toHex(bodyHash);
  const std::vector<std::string_view> declared = request.headerValues(kContentHash);
  if (!std::ranges::all_of(declared, [&](std::string_view hash) { return hash == computed; })) {
    throw Error(ErrorCode::kInvalidSignature,
                "The provided 'x-amz-content-sha256' header does not match what was computed.");
  }
}

}  // namespace strongroom::auth
