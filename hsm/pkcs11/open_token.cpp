#include "hsm/open_token.h"

#include <p11-kit/pkcs11.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <thread>

#include "hsm/pkcs11/pin_state.h"
#include "hsm/pkcs11/pkcs11_hsm.h"
#include "hsm/pkcs11/token_finder.h"

namespace strongroom::hsm {
namespace {

// Another process's C_Login rewrites SoftHSM's token.object in place, and a module that initialises
// meanwhile sees no token; it does not look again, so the module is initialised anew for each try.
constexpr int kTries = 5;
constexpr std::chrono::milliseconds kPause{400};

constexpr std::array<std::string_view, 4> kSelectingAttributes{"token", "serial", "manufacturer",
                                                               "model"};

/// What of a URI may be printed: the attributes that select a token. Anything else, wherever it
/// stands, may be a PIN that somebody put there.
std::string printable(std::string_view uri) {
  constexpr std::string_view kScheme = "pkcs11:";
  if (!uri.starts_with(kScheme)) return "(not a pkcs11: one)";
  uri = uri.substr(0, uri.find_first_of("?&"));
  uri.remove_prefix(kScheme.size());
  std::string text(kScheme);
  while (!uri.empty()) {
    const std::string_view attribute = uri.substr(0, uri.find(';'));
    uri.remove_prefix(std::min(uri.size(), attribute.size() + 1));
    const std::string_view name = attribute.substr(0, attribute.find('='));
    if (std::ranges::find(kSelectingAttributes, name) == kSelectingAttributes.end()) continue;
    if (text.size() > kScheme.size()) text += ';';
    text += attribute;
  }
  return text;
}

}  // namespace

std::string TokenSelector::describe() const {
  if (!uri.empty()) return "URI '" + printable(uri) + "'";
  std::string text;
  if (!label.empty()) text += "label '" + label + "'";
  if (!serial.empty()) text += (text.empty() ? "" : ", ") + ("serial '" + serial + "'");
  return text.empty() ? "no token selected" : text;
}

std::unique_ptr<Hsm> openToken(const TokenOptions& options, const SecretBytes& pin) {
  for (int tries = 1; tries <= kTries; ++tries) {
    auto module = std::make_unique<pkcs11::Module>(options.module, options.moduleArgument);
    if (const auto token = pkcs11::findToken(*module, options.token)) {
      pkcs11::refuseEndangered(*token, PinOwner::kUser, options.pinDoubtful);
      return std::make_unique<pkcs11::Pkcs11Hsm>(
          std::move(module), *token, pin.clone(), options.sessions,
          options.renewLogin ? pkcs11::Renewal::kLogIn : pkcs11::Renewal::kFail,
          options.allowUnsafeModule);
    }
    if (tries < kTries) std::this_thread::sleep_for(kPause);
  }
  throw Error(ErrorCode::kTokenNotFound,
              options.token.describe() + ": no such token in " + options.module.string());
}

}  // namespace strongroom::hsm
