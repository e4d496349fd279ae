#include "service/routes.h"

namespace strongroom::service {

namespace {

/// The largest request is PutKeyPolicy: 32 KiB of policy, each character of which JSON may spell in
/// six.
constexpr std::size_t kAwsBodyLimit = 256 * 1024;

http::Response plainText(const char* operation, std::string_view text, int status = 200) {
  http::Response response;
  response.status = status;
  response.contentType = "text/plain; charset=utf-8";
  response.operation = operation;
  response.setBody(text);
  return response;
}

http::Response metricsText(const Metrics& metrics) {
  http::Response response = plainText("metrics", metrics.render());
  response.contentType = "text/plain; version=0.0.4; charset=utf-8";  // Prometheus's text format
  return response;
}

http::Response readiness(const Health& health) {
  const Health::Report report = health.report();
  return plainText("readyz", report.text, report.ready ? 200 : 503);
}

}  // namespace

http::Routes makeRoutes(const api::aws::Endpoint& aws, const Health& health, const Metrics& metrics,
                        std::chrono::milliseconds patience) {
  using http::Request;
  const auto plain = http::refuseInPlainText;
  return {
      // The AWS dialect authenticates every request; what follows it is for anyone who can connect.
      {"POST", "/", kAwsBodyLimit, patience,
       [&aws](Request& request, hsm::Deadline deadline) { return aws.handle(request, deadline); },
       api::aws::Endpoint::refuse},
      {"GET", "/healthz", 0, patience,
       [](Request&, hsm::Deadline) { return plainText("healthz", "ok\n"); }, plain,
       http::Handlers::kChecks},
      {"GET", "/readyz", 0, patience,
       [&health](Request&, hsm::Deadline) { return readiness(health); }, plain,
       http::Handlers::kChecks},
      {"GET", "/metrics", 0, patience,
       [&metrics](Request&, hsm::Deadline) { return metricsText(metrics); }, plain,
       http::Handlers::kReports},
  };
}

}  // namespace strongroom::service
