#include "tests/service/api/aws/endpoint_fixture.h"

namespace strongroom::api::aws {

EndpointTest::EndpointTest() : administrator_(addIdentity("alice", keys::Role::kAdministrator)) {}

std::string EndpointTest::addIdentity(const std::string& name, keys::Role role) {
  const std::string accessKeyId = auth::newAccessKeyId(hsm_, call().deadline);
  store_->addIdentity({accessKeyId, name, role, clock_.now()});
  return accessKeyId;
}

http::Response EndpointTest::postTo(const std::string& target, const std::string& body) {
  return postAs(administrator_, target, body);
}

http::Response EndpointTest::postAs(const std::string& accessKeyId, const std::string& target,
                                    const std::string& body) {
  http::Request request = signedRequest(accessKeyId, target, body);
  return handle(request);
}

http::Request EndpointTest::signedRequest(const std::string& accessKeyId, const std::string& target,
                                          const std::string& body) {
  const std::string date = auth::toIsoBasic(std::chrono::floor<std::chrono::seconds>(clock_.now()));
  http::Request request;
  request.method = "POST";
  request.path = "/";
  request.requestId = requestId_;
  request.headers = {{"Host", "127.0.0.1:7373"},
                     {"X-Amz-Date", date},
                     {"X-Amz-Target", target},
                     {"Content-Type", "application/x-amz-json-1.1"}};
  request.body.assign(body.begin(), body.end());
  if (!secrets_.contains(accessKeyId)) {
    secrets_.emplace(accessKeyId, auth::secretAccessKey(hsm_, accessKeyId, call().deadline));
  }
  auth::Signer{accessKeyId, secrets_.at(accessKeyId), {"us-east-1", "kms"}}.sign(
      request, {"content-type", "host", "x-amz-date", "x-amz-target"}, date);
  return request;
}

void EndpointTest::makeKnownKey() {
  keys::KeyRecord key;
  key.id = unknownKey();
  key.policy = R"({"Statement":[]})";
  key.created = clock_.now();
  lifecycle_.createKey(std::move(key), {}, call().deadline);
}

}  // namespace strongroom::api::aws
