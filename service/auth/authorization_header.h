#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace strongroom::auth {

/// How SignedHeaders may call "host": clients that speak HTTP/2 sign its pseudo-header in that
/// place.
inline constexpr std::string_view kAuthority = ":authority";

/// The one algorithm of Signature Version 4 that we verify.
inline constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
/// What every credential scope ends in.
inline constexpr std::string_view kTerminator = "aws4_request";

/// The Credential parameter: an access key id and the scope that it signs for. Printable ASCII, as
/// yet unproven.
struct CredentialScope {
  std::string accessKeyId;
  std::string date;  ///< "20150830"
  std::string region;
  std::string service;
  std::string terminator;

  /// "20150830/us-east-1/kms/aws4_request"
  std::string toString() const;
};

/// A parsed Authorization header of Signature Version 4.
struct AuthorizationHeader {
  CredentialScope credential;
  std::vector<std::string> signedHeaders;  ///< lower-case, ascending, each once
  std::string signature;                   ///< 64 lower-case hexadecimal digits

  /// True when `name` (lower-case) is among the signed headers.
  bool isSigned(std::string_view name) const;

  /// Parses "AWS4-HMAC-SHA256 Credential=..., SignedHeaders=..., Signature=...": exactly this
  /// algorithm, the three parameters once each in any order, nothing else. Throws auth::Error
  /// (kIncompleteSignature).
  static AuthorizationHeader parse(std::string_view value);
};

}  // namespace strongroom::auth
