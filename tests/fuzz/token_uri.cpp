// The RFC 7512 URI that selects a token: it selects the module's one token, none, or is refused;
// and a PIN that somebody put there gets into no message.
#include "hsm/error.h"
#include "hsm/pkcs11/token_finder.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/lying_module.h"

namespace strongroom::fuzz {
namespace {

constexpr std::string_view kPin = "739155";

/// The messages about a URI.
std::string messagesAbout(hsm::pkcs11::Module& module, const std::string& uri) {
  const hsm::TokenSelector selector{.label = {}, .serial = {}, .uri = uri};
  try {
    const auto token = hsm::pkcs11::findToken(module, selector);
    require(!token || token->label() == "strongroom", "what is selected is there");
    return selector.describe();
  } catch (const hsm::Error& error) {
    require(error.code() == hsm::ErrorCode::kTokenNotFound, "the error is the declared one");
    return selector.describe() + error.what();
  }
}

}  // namespace

void run(ByteView input) {
  LyingModule honest(ByteView{});
  const auto module = honest.adopt();
  const std::string uri(asText(input));
  messagesAbout(*module, uri);
  if (uri.find(kPin) != std::string::npos) return;
  for (const std::string_view place : {";pin-value=", "?pin-value=", "&pin-source=", ";x-pin="}) {
    const std::string messages = messagesAbout(*module, uri + std::string(place).append(kPin));
    require(messages.find(kPin) == std::string::npos, "no message shows a PIN");
  }
}

}  // namespace strongroom::fuzz
