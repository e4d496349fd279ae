#include "service/app.h"

#include <Poco/Logger.h>

#include "hsm/open_token.h"
#include "hsm/pin_source.h"
#include "service/keys/sqlite_store.h"
#include "service/keys/token_fingerprint.h"
#include "service/request_log.h"
#include "service/routes.h"

namespace strongroom::service {

namespace {

Poco::Logger& logger() {
  return Poco::Logger::get("service");
}

}  // namespace

App::App(const config::Config& config, AppOptions options)
    : config_(config),
      calendar_(options.calendar ? *options.calendar : systemClock_),
      store_(keys::openSqliteStore(config_.store)),
      hsm_(hsm::openToken(config_.token, hsm::readPin(config_.pin))),
      bindings_(*hsm_),
      envelope_(*hsm_, bindings_),
      lifecycle_(*store_, *hsm_, bindings_, calendar_, std::move(options.stepObserver),
                 options.clockJumps),
      credentials_(*store_, *hsm_, config_.aws),
      verifier_({config_.aws.region, "kms"}, credentials_, systemClock_),
      kms_{config_.aws, *store_, *hsm_, envelope_, lifecycle_, calendar_},
      aws_(kms_, verifier_),
      health_(*hsm_, *store_, calendar_),
      metrics_(*hsm_, health_) {
  const hsm::TokenDescription token = hsm_->describe();
  logger().information("token '" + token.label + "', serial " + token.serial + ", " +
                       token.manufacturer + " " + token.model + ", by " + token.library);
  keys::requireSameToken(*store_, *hsm_, hsm::deadlineIn(config_.patience));
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
      config_.server, makeRoutes(aws_, health_, metrics_, config_.patience),
      [this](const http::Request& request, const http::Response& response, double seconds) {
        metrics_.requests().observe(response.operation, response.error, seconds);
        logRequest(request, response, seconds);
      });
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
