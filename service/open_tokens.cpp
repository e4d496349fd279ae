#include "service/open_tokens.h"

#include <Poco/Logger.h>

#include <algorithm>

#include "hsm/open_token.h"
#include "hsm/pin_source.h"
#include "service/keys/token_fingerprint.h"

namespace strongroom::service {

namespace {

Poco::Logger& logger() {
  return Poco::Logger::get("service");
}

/// The one place where the service opens a token.
std::unique_ptr<hsm::Hsm> open(const hsm::TokenOptions& options, const SecretBytes& pin) {
  return hsm::openToken(options, pin);
}

std::string describe(const hsm::TokenDescription& token) {
  return "token '" + token.label + "', serial " + token.serial + ", " + token.manufacturer + " " +
         token.model + ", by " + token.library;
}

std::unique_ptr<hsm::Hsm> openFirst(const config::Config& config, keys::MetadataStore& store) {
  auto hsm = open(config.token, hsm::readPin(config.pin));
  logger().information(describe(hsm->describe()));
  keys::requireSameToken(store, *hsm, hsm::deadlineIn(config.patience));
  return hsm;
}

/// Opens `further` with the PIN as it stands in its file then, so that a wrong one can be mended
/// under the running service. One that comes by a descriptor can be read only once, and is kept.
LateToken::Open opener(const config::FurtherToken& further) {
  auto pin = std::make_shared<const SecretBytes>(hsm::readPin(further.pin));  // or a failed start
  if (further.pin.descriptor >= 0) return [further, pin] { return open(further.token, *pin); };
  return [further] { return open(further.token, hsm::readPin(further.pin)); };
}

std::vector<std::unique_ptr<LateToken>> openFurther(const config::Config& config) {
  std::vector<std::unique_ptr<LateToken>> tokens;
  for (const config::FurtherToken& further : config.furtherTokens) {
    tokens.push_back(std::make_unique<LateToken>(further.name, opener(further)));
  }
  return tokens;
}

std::vector<keys::Tokens::Given> given(const config::Config& config, hsm::Hsm& first,
                                       const std::vector<std::unique_ptr<LateToken>>& further) {
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

OpenTokens::~OpenTokens() {
  std::ranges::sort(further_, std::ranges::greater(),
                    [](const auto& token) { return token->openedAt(); });
  for (auto& token : further_) token.reset();
}

void OpenTokens::tryAgain() {
  for (auto& token : further_) token->tryAgain();
}

void takeIn(keys::MetadataStore& store, keys::Tokens& tokens, keys::Token& token,
            hsm::Deadline deadline) {
  const auto recognition = keys::recogniseToken(store, tokens, token, deadline);
  logger().information("[" + token.name() + "] is there: " + describe(token.hsm().describe()) +
                       (recognition == keys::Recognition::kAdded ? "; new to this store" : ""));
}

}  // namespace strongroom::service
