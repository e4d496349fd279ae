#include "hsm/pkcs11/token_finder.h"

#include <p11-kit/uri.h>

#include <memory>

namespace strongroom::hsm::pkcs11 {
namespace {

struct FreeUri {
  void operator()(P11KitUri* uri) const { p11_kit_uri_free(uri); }
};
using Uri = std::unique_ptr<P11KitUri, FreeUri>;

[[noreturn]] void refuse(const TokenSelector& selector, const std::string& why) {
  throw Error(ErrorCode::kTokenNotFound, selector.describe() + ": " + why);
}

/// The URI is not repeated in messages when it holds a PIN, and so never: it is described by the
/// selector's own text.
Uri parse(const TokenSelector& selector) {
  Uri uri(p11_kit_uri_new());
  if (uri == nullptr) throw Error(ErrorCode::kFault, "p11-kit has no memory for a URI");
  const int result = p11_kit_uri_parse(selector.uri.c_str(), P11_KIT_URI_FOR_TOKEN, uri.get());
  if (result != P11_KIT_URI_OK) {
    refuse(selector, std::string("not an RFC 7512 URI: ") + p11_kit_uri_message(result));
  }
  if (p11_kit_uri_get_pin_value(uri.get()) != nullptr ||
      p11_kit_uri_get_pin_source(uri.get()) != nullptr) {
    refuse(selector, "a PIN or its source has no place in the URI");
  }
  if (p11_kit_uri_get_module_name(uri.get()) != nullptr ||
      p11_kit_uri_get_module_path(uri.get()) != nullptr) {
    refuse(selector, "the module is configured by its path, not in the URI");
  }
  if (p11_kit_uri_any_unrecognized(uri.get()) != 0) {
    refuse(selector, "only token, serial, manufacturer and model select a token");
  }
  return uri;
}

}  // namespace

std::optional<Token> findToken(Module& module, const TokenSelector& selector) {
  const bool byName = !selector.label.empty() || !selector.serial.empty();
  if (byName == !selector.uri.empty()) {
    refuse(selector, "give a label, a serial number or both, or else a URI");
  }
  const Uri uri = byName ? nullptr : parse(selector);
  std::optional<Token> match;
  for (Token& token : tokensOf(module)) {
    if (!token.initialised()) continue;
    const bool matches = uri != nullptr
                             ? p11_kit_uri_match_token_info(uri.get(), &token.info) == 1
                             : (selector.label.empty() || selector.label == token.label()) &&
                                   (selector.serial.empty() || selector.serial == token.serial());
    if (!matches) continue;
    if (match) {
      refuse(selector, "several tokens match, with the serial numbers " + match->serial() +
                           " and " + token.serial() + "; name one of them");
    }
    match = token;
  }
  return match;
}

}  // namespace strongroom::hsm::pkcs11
