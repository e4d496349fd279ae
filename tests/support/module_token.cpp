#include "tests/support/module_token.h"

#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <utility>

#include "hsm/pin_source.h"

namespace strongroom::testing {
namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  if (value != nullptr) return value;
  throw std::runtime_error(std::string(name) +
                           " is not set: run this program by tests/support/modules/with MODULE");
}

SecretBytes pinIn(const char* name) {
  hsm::PinSource source;
  source.file = variable(name);
  return hsm::readPin(source);
}

}  // namespace

ModuleToken::ModuleToken() : kind_(variable("TOKEN_KIND")), pin_(pinIn("TOKEN_PIN_FILE")) {
  options_.module = variable("TOKEN_MODULE");
  options_.moduleArgument = variable("TOKEN_MODULE_ARGUMENT");
  options_.token.label = variable("TOKEN_LABEL");
}

hsm::TokenOptions ModuleToken::options(std::uint32_t sessions, bool allowUnsafeModule) const {
  hsm::TokenOptions options = options_;
  options.sessions = sessions;
  options.allowUnsafeModule = allowUnsafeModule;
  return options;
}

void ModuleToken::provision() const {
  static bool done = false;
  if (std::exchange(done, true)) return;
  if (variable("TOKEN_STATE") == "empty") {
    hsm::initialiseToken(options_.module, options_.token.label, pinIn("TOKEN_SO_PIN_FILE"), pin_,
                         std::nullopt, options_.moduleArgument);
  } else {
    hsm::adoptToken(options(1, true), pin_);
  }
}

}  // namespace strongroom::testing
