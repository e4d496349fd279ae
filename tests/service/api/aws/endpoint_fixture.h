#pragma once

#include <map>
#include <string>

#include "service/api/aws/endpoint.h"
#include "service/auth/access_key.h"
#include "service/auth/request_date.h"
#include "tests/service/auth/signer.h"
#include "tests/support/kms_fixture.h"

namespace strongroom::api::aws {

inline std::string textOf(const http::Response& response) {
  return {response.body.begin(), response.body.end()};
}

/// The whole dialect over real signatures: requests are signed as clients sign them.
class EndpointTest : public testing::KmsTest {
 protected:
  EndpointTest();

  /// Signs a request for TrentService.`operation` and lets the endpoint answer it.
  http::Response post(const std::string& operation, const std::string& body) {
    return postTo("TrentService." + operation, body);
  }
  http::Response postTo(const std::string& target, const std::string& body);
  http::Request signedRequest(const std::string& accessKeyId, const std::string& target,
                              const std::string& body);
  http::Response postAs(const std::string& accessKeyId, const std::string& target,
                        const std::string& body);
  http::Response handle(http::Request& request) {
    return endpoint_.handle(request, call().deadline);
  }

  /// A key whose id is 1234abcd-12ab-34cd-56ef-1234567890ab.
  void makeKnownKey();

  /// Returns the new access key id.
  std::string addIdentity(const std::string& name, keys::Role role);

  auth::Credentials credentials_{*store_, hsm_, account_};
  auth::SigV4Verifier verifier_{{"us-east-1", "kms"}, credentials_, clock_};
  auth::PrincipalShares shares_{1};
  Endpoint endpoint_{kms_, verifier_, shares_};
  /// Derived once, so that a token told to fail fails in the endpoint and not in the client.
  std::map<std::string, SecretBytes> secrets_;
  std::string administrator_;
};

}  // namespace strongroom::api::aws
