#include "service/app.h"

#include <Poco/Logger.h>

#include "hsm/hsm.h"
#include "hsm/open_isolated_token.h"
#include "service/keys/sqlite_store.h"
#include "service/request_log.h"
#include "service/routes.h"

namespace strongroom::service {

namespace {

Poco::Logger& logger() {
  return Poco::Logger::get("service");
}

/// With what the tokens' workers take of the descriptors.
http::ServerOptions serverOptions(const config::Config& config) {
  http::ServerOptions options = config.server;
  options.spareDescriptors += hsm::descriptorsOf(config.token, config.workers);
  for (const config::FurtherToken& further : config.furtherTokens) {
    options.spareDescriptors += hsm::descriptorsOf(further.token, further.workers);
  }
  return options;
}

}  // namespace

App::App(const config::Config& config, AppOptions options)
    : config_(config),
      calendar_(options.calendar ? *options.calendar : systemClock_),
      store_(keys::openSqliteStore(config_.store)),
      openTokens_(config_, *store_),
      tokens_(openTokens_.tokens()),
      bindings_(tokens_),
      envelope_(tokens_, bindings_),
      lifecycle_(*store_, tokens_, bindings_, calendar_, std::move(options.stepObserver),
                 options.clockJumps),
      credentials_(*store_, tokens_.first().hsm(), config_.aws),
      verifier_({config_.aws.region, "kms"}, credentials_, systemClock_),
      shares_(config_.maxRequestsPerPrincipal),
      kms_{config_.aws, *store_, tokens_, envelope_, lifecycle_, calendar_},
      aws_(kms_, verifier_, shares_),
      health_(tokens_, *store_, calendar_),
      metrics_(tokens_, health_) {
  if (!config_.furtherTokens.empty()) {
    credentials_.deriveAll(hsm::deadlineIn(config_.patience));
  }
  // Before maintenance, which ends interrupted deletions and would blur the picture.
  metrics_.setLeftovers(lifecycle_.findLeftovers(hsm::deadlineIn(config_.patience)));
  maintenance_.emplace(lifecycle_, config_.maintenance);
  serve();
}

App::~App() {
  stop();
}

void App::serve() {
  server_.emplace(
      serverOptions(config_), makeRoutes(aws_, health_, metrics_, config_.patience),
      [this](const http::Request& request, const http::Response& response, double seconds) {
        metrics_.requests().observe(response.operation, response.error, seconds);
        logRequest(request, response, seconds);
      });
  metrics_.watch(*server_);
  metrics_.setCertificateNotAfter(server_->certificateNotAfter());
  logger().information("serving at https://" + config_.server.address + ":" +
                       std::to_string(port()));
}

void App::reloadCertificate() {
  server_->reloadCertificate();
  metrics_.setCertificateNotAfter(server_->certificateNotAfter());
}

bool App::stop() {
  return server_->stop(config_.drain);
}

}  // namespace strongroom::service
