#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "service/api/aws/endpoint.h"
#include "service/auth/credentials.h"
#include "service/auth/principal_shares.h"
#include "service/auth/sigv4.h"
#include "service/config/config.h"
#include "service/health.h"
#include "service/http/server.h"
#include "service/keys/binding_keys.h"
#include "service/keys/clock.h"
#include "service/keys/envelope.h"
#include "service/keys/lifecycle.h"
#include "service/keys/maintenance.h"
#include "service/keys/metadata_store.h"
#include "service/metrics.h"
#include "service/open_tokens.h"
#include "service/operations/context.h"

namespace strongroom::service {

/// What tests replace; the service takes the defaults.
struct AppOptions {
  const keys::Clock* calendar =
      nullptr;  ///< of schedules and record dates, not of signatures; null: the system's
  keys::StepObserver stepObserver;
  keys::ClockJumps clockJumps = keys::ClockJumps::kHoldDeletions;
};

/// The composition root: builds every part from the configuration, hands each what it needs, and
/// ends them in the opposite order. The one place that knows them all. For one thread.
class App {
 public:
  /// Reads the PINs, opens store and tokens, reports leftovers, and serves when it returns. Throws
  /// std::runtime_error (also hsm::Error, keys::StoreError) that says what to mend.
  explicit App(const config::Config& config, AppOptions options = {});
  ~App();
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  std::uint16_t port() const { return server_->port(); }

  /// Gives PINs that were refused to their tokens once more, as they stand in the files now.
  void retryLogins() { openTokens_.retryLogins(); }

  /// Serves the certificate that stands in the files now. Throws and keeps the old one when it
  /// cannot be used.
  void reloadCertificate();

  /// Stops serving: requests in flight finish, for as long as the configuration's drain allows.
  /// False: some were cut.
  bool stop();

 private:
  void serve();

  // From here on the order is the order of dependence; destruction runs backwards.
  const config::Config config_;
  const keys::SystemClock systemClock_;
  const keys::Clock& calendar_;
  const std::unique_ptr<keys::MetadataStore> store_;
  OpenTokens openTokens_;
  keys::Tokens& tokens_;
  keys::BindingKeys bindings_;
  keys::Envelope envelope_;
  keys::Lifecycle lifecycle_;
  auth::Credentials credentials_;
  auth::SigV4Verifier verifier_;
  auth::PrincipalShares shares_;
  operations::Kms kms_;
  api::aws::Endpoint aws_;
  Health health_;
  Metrics metrics_;
  std::optional<keys::Maintenance> maintenance_;
  std::optional<http::Server> server_;
};

}  // namespace strongroom::service
