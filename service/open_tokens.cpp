#include "service/open_tokens.h"

#include <Poco/Logger.h>

#include "hsm/error.h"
#include "hsm/open_isolated_token.h"
#include "service/keys/token_fingerprint.h"

namespace strongroom::service {

namespace {

Poco::Logger& logger() {
  return Poco::Logger::get("service");
}

/// The one place where the service opens a token. What becomes of its workers is said in the log by
/// the name of its table.
std::unique_ptr<hsm::Hsm> open(const std::string& table, const hsm::TokenOptions& token,
                               const hsm::PinSource& pin, const hsm::WorkerOptions& workers) {
  return hsm::openIsolatedToken(token, pin, workers, [table](const std::string& line) {
    logger().notice("[" + table + "] " + line);
  });
}

std::string describe(const hsm::TokenDescription& token) {
  return "token '" + token.label + "', serial " + token.serial + ", " + token.manufacturer + " " +
         token.model + ", by " + token.library;
}

/// At every start, so that nobody gets used to it unseen.
void warnOfDangers(const std::string& table, const hsm::TokenDescription& token) {
  for (const std::string& danger : token.dangers) {
    logger().warning("[" + table +
                     "] is served although it is not safe (allow_unsafe_module): " + danger);
  }
}

std::unique_ptr<hsm::Hsm> openFirst(const config::Config& config, keys::MetadataStore& store) {
  auto hsm = open("token", config.token, config.pin, config.workers);
  logger().information(describe(hsm->describe()));
  warnOfDangers("token", hsm->describe());
  keys::requireSameToken(store, *hsm, hsm::deadlineIn(config.patience));
  return hsm;
}

std::vector<std::unique_ptr<hsm::Hsm>> openFurther(const config::Config& config) {
  std::vector<std::unique_ptr<hsm::Hsm>> tokens;
  for (const config::FurtherToken& further : config.furtherTokens) {
    tokens.push_back(open(further.name, further.token, further.pin, further.workers));
  }
  return tokens;
}

std::vector<keys::Tokens::Given> given(const config::Config& config, hsm::Hsm& first,
                                       const std::vector<std::unique_ptr<hsm::Hsm>>& further) {
  std::vector<keys::Tokens::Given> all{{"token", first}};
  for (std::size_t i = 0; i < further.size(); ++i) {
    all.push_back({config.furtherTokens[i].name, *further[i]});
  }
  for (keys::Tokens::Given& one : all) one.newKeys = one.name == config.newKeysIn;
  return all;
}

}  // namespace

OpenTokens::OpenTokens(const config::Config& config, keys::MetadataStore& store)
    : first_(openFirst(config, store)),
      further_(openFurther(config)),
      tokens_(given(config, *first_, further_),
              [&store](const KeyRef& ref) { return store.tokenOf(ref); }) {
  tokens_.first().setNumber(keys::kFirstToken);
  for (keys::Token& token : tokens_.all()) {
    if (token.number()) continue;
    try {
      takeIn(store, tokens_, token, hsm::deadlineIn(config.patience));
    } catch (const hsm::Error&) {
      // Away; it is taken in when it comes.
    }
  }
}

void OpenTokens::retryLogins() {
  for (keys::Token& token : tokens_.all()) token.hsm().retryLogin();
}

void takeIn(keys::MetadataStore& store, keys::Tokens& tokens, keys::Token& token,
            hsm::Deadline deadline) {
  const auto recognition = keys::recogniseToken(store, tokens, token, deadline);
  logger().information("[" + token.name() + "] is there: " + describe(token.hsm().describe()) +
                       (recognition == keys::Recognition::kAdded ? "; new to this store" : ""));
  warnOfDangers(token.name(), token.hsm().describe());
}

}  // namespace strongroom::service
