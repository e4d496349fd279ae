#include "service/auth/sigv4.h"

#include <utility>

#include "service/auth/authorization_header.h"
#include "service/auth/canonical_request.h"
#include "service/auth/request_date.h"
#include "service/auth/signed_headers.h"
#include "service/auth/text.h"
#include "service/crypto/digest.h"

namespace strongroom::auth {
namespace {

constexpr const char* kUnknownClient = "The security token included in the request is invalid.";
constexpr const char* kWrongSignature =
    "The request signature we calculated does not match the signature you provided. Check your AWS "
    "Secret Access Key and signing method. Consult the service documentation for details.";

/// Parameters of the query form ("X-Amz-Signature"), whatever their case and whatever else the
/// request has.
bool isSignedByQuery(std::string_view query) {
  const std::string canonical = canonicalQuery(query);
  for (const std::string_view parameter : split(canonical, '&')) {
    const std::string name = toLower(parameter.substr(0, parameter.find('=')));
    if (name == "x-amz-signature" || name == "x-amz-algorithm" || name == "x-amz-credential") {
      return true;
    }
  }
  return false;
}

/// The one Authorization header. Two ways to authenticate in one request are refused: which of them
/// counts would be a matter of taste, and proxies have another.
std::string_view authorizationOf(const http::Request& request) {
  if (isSignedByQuery(request.query)) {
    throw Error(ErrorCode::kIncompleteSignature,
                "Signatures in the query string are not supported. Sign by the Authorization "
                "header.");
  }
  const std::vector<std::string_view> values = request.headerValues("authorization");
  if (values.empty()) {
    throw Error(ErrorCode::kMissingAuthentication, "Missing Authentication Token");
  }
  if (values.size() > 1) {
    throw Error(ErrorCode::kIncompleteSignature,
                "The request must have exactly one 'Authorization' header.");
  }
  return values.front();
}

std::string stringToSign(std::chrono::sys_seconds date, const CredentialScope& scope,
                         const std::string& canonical) {
  return std::string(kAlgorithm) + '\n' + toIsoBasic(date) + '\n' + scope.toString() + '\n' +
         toHex(crypto::sha256(asBytes(canonical)));
}

/// What an unknown access key is checked against, so that it costs what a wrong signature costs.
Credential nobody() {
  return {{}, std::make_shared<const SecretBytes>(std::size_t{40})};
}

}  // namespace

SigV4Verifier::SigV4Verifier(Scope scope, Credentials& credentials, const keys::Clock& clock)
    : scope_(std::move(scope)), credentials_(credentials), clock_(clock) {}

Principal SigV4Verifier::verify(const http::Request& request, hsm::Deadline deadline) const {
  const auto authorization = AuthorizationHeader::parse(authorizationOf(request));
  if (!request.headerValues("x-amz-security-token").empty()) {
    throw Error(ErrorCode::kUnrecognizedClient, kUnknownClient);  // we issue none
  }
  const RequestDate date = requestDate(request);
  requireSignedHeaders(request, authorization, date.header);
  requireScope(authorization.credential, date.time);
  requireFresh(date.time, clock_.now());

  const crypto::Digest bodyHash = crypto::sha256(asBytes(request.bodyText()));
  requireDeclaredHash(request, bodyHash);
  const std::string toSign =
      stringToSign(date.time, authorization.credential,
                   canonicalRequest(request, authorization.signedHeaders, bodyHash));

  const auto found = credentials_.find(authorization.credential.accessKeyId, deadline);
  const Credential credential = found ? *found : nobody();
  CredentialScope scope = authorization.credential;
  scope.accessKeyId = credential.principal.accessKeyId;  // unknown ones share one cache entry
  const auto signingKey = signingKeys_.find(*credential.secretAccessKey, scope);
  const SecretBytes signature = crypto::hmacSha256(signingKey->expose(), {asBytes(toSign)});
  const bool matches =
      equalInConstantTime(asBytes(toHex(signature.expose())), asBytes(authorization.signature));

  if (!found) throw Error(ErrorCode::kUnrecognizedClient, kUnknownClient);
  if (!matches) throw Error(ErrorCode::kInvalidSignature, kWrongSignature);
  return credential.principal;
}

void SigV4Verifier::requireScope(const CredentialScope& credential,
                                 std::chrono::sys_seconds date) const {
  const auto refuse = [](const std::string& message) {
    throw Error(ErrorCode::kInvalidSignature, message);
  };
  const std::string iso = toIsoBasic(date);
  const std::string day = iso.substr(0, iso.find('T'));
  if (credential.region != scope_.region) {
    refuse("Credential should be scoped to a valid region, not '" + credential.region + "'. ");
  }
  if (credential.service != scope_.service) {
    refuse("Credential should be scoped to correct service: '" + scope_.service + "'. ");
  }
  if (credential.terminator != kTerminator) {
    refuse("Credential should be scoped with a valid terminator: '" + std::string(kTerminator) +
           "', not '" + credential.terminator + "'. ");
  }
  if (credential.date != day) {
    refuse(
        "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from "
        "HTTP: '" +
        credential.date + "' != '" + day + "', from '" + iso + "'.");
  }
}

}  // namespace strongroom::auth
