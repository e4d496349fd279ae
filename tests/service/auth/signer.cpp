#include "tests/service/auth/signer.h"

#include "service/auth/canonical_request.h"
#include "service/auth/signing_key.h"
#include "service/crypto/digest.h"

namespace strongroom::auth {

void Signer::sign(http::Request& request, const std::vector<std::string>& signedHeaders,
                  const std::string& date, const std::string& scopeDate) const {
  const CredentialScope credential{accessKeyId, scopeDate.empty() ? date.substr(0, 8) : scopeDate,
                                   scope.region, scope.service, terminator};
  const std::string canonical =
      canonicalRequest(request, signedHeaders, crypto::sha256(asBytes(request.bodyText())));
  const std::string toSign = "AWS4-HMAC-SHA256\n" + date + '\n' + credential.toString() + '\n' +
                             toHex(crypto::sha256(asBytes(canonical)));
  const SecretBytes key = deriveSigningKey(secretAccessKey, credential);
  std::string names;
  for (const std::string& name : signedHeaders) names += (names.empty() ? "" : ";") + name;
  request.headers.push_back(
      {"Authorization", "AWS4-HMAC-SHA256 Credential=" + accessKeyId + '/' + credential.toString() +
                            ", SignedHeaders=" + names + ", Signature=" +
                            toHex(crypto::hmacSha256(key.expose(), {asBytes(toSign)}).expose())});
}

}  // namespace strongroom::auth
