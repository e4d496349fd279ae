#include "service/auth/authorization_header.h"

#include <algorithm>
#include <array>
#include <optional>

#include "service/auth/error.h"
#include "service/auth/text.h"

namespace strongroom::auth {
namespace {

constexpr std::size_t kSignatureDigits = 64;

[[noreturn]] void refuse(const std::string& message) {
  throw Error(ErrorCode::kIncompleteSignature, message);
}

bool isLowerHexDigit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

/// What scopes consist of. Their parts are named in refusals, so nothing else may get that far.
bool isScopeCharacter(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
         c == '_';
}

/// An RFC 9110 token without capitals: the canonical form of a header name.
bool isCanonicalHeaderName(std::string_view name) {
  constexpr std::string_view kPunctuation = "!#$%&'*+-.^_`|~";
  return !name.empty() && std::ranges::all_of(name, [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
           kPunctuation.find(c) != std::string_view::npos;
  });
}

/// The three parameters as they stand in the header, none of them twice.
struct Parameters {
  std::optional<std::string_view> credential;
  std::optional<std::string_view> signedHeaders;
  std::optional<std::string_view> signature;
};

Parameters splitParameters(std::string_view text) {
  Parameters found;
  const std::array slots{std::pair{std::string_view("Credential"), &found.credential},
                         std::pair{std::string_view("SignedHeaders"), &found.signedHeaders},
                         std::pair{std::string_view("Signature"), &found.signature}};
  for (std::string_view part : split(text, ',')) {
    part = trim(part);
    const std::size_t equals = part.find('=');
    const auto slot = std::ranges::find(slots, part.substr(0, equals),
                                        [](const auto& candidate) { return candidate.first; });
    if (equals == std::string_view::npos || slot == slots.end()) {
      refuse(
          "Authorization header holds something that is not 'Credential', 'SignedHeaders' or "
          "'Signature'.");
    }
    if (slot->second->has_value()) {
      refuse("Authorization header holds the '" + std::string(slot->first) +
             "' parameter more than once.");
    }
    *slot->second = part.substr(equals + 1);
  }
  return found;
}

void requireAll(const Parameters& parameters) {
  std::string missing;
  const auto require = [&missing](const auto& parameter, std::string_view name) {
    if (parameter) return;
    missing += (missing.empty() ? "" : " ") + std::string("Authorization header requires '") +
               std::string(name) + "' parameter.";
  };
  require(parameters.credential, "Credential");
  require(parameters.signature, "Signature");
  require(parameters.signedHeaders, "SignedHeaders");
  if (!missing.empty()) refuse(missing);
}

CredentialScope parseCredential(std::string_view text) {
  const std::vector<std::string_view> parts = split(text, '/');
  const bool wellFormed =
      parts.size() == 5 && std::ranges::all_of(parts, [](std::string_view part) {
        return !part.empty() && std::ranges::all_of(part, isScopeCharacter);
      });
  if (!wellFormed) {
    refuse(
        "Credential must have exactly 5 slash-delimited elements, e.g. "
        "keyid/date/region/service/term.");
  }
  return {std::string(parts[0]), std::string(parts[1]), std::string(parts[2]),
          std::string(parts[3]), std::string(parts[4])};
}

std::vector<std::string> parseSignedHeaders(std::string_view text) {
  std::vector<std::string> names;
  for (const std::string_view name : split(text, ';')) {
    // Ascending and without repetition, as every signer writes it: one list has one spelling.
    if ((!isCanonicalHeaderName(name) && name != kAuthority) ||
        (!names.empty() && names.back() >= name)) {
      refuse("SignedHeaders must be lower-case header names in ascending order, each once.");
    }
    names.emplace_back(name);
  }
  return names;
}

}  // namespace

std::string CredentialScope::toString() const {
  return date + '/' + region + '/' + service + '/' + terminator;
}

bool AuthorizationHeader::isSigned(std::string_view name) const {
  return std::ranges::binary_search(signedHeaders, name);
}

AuthorizationHeader AuthorizationHeader::parse(std::string_view value) {
  const std::size_t space = value.find(' ');
  if (value.substr(0, space) != kAlgorithm) {
    refuse("Authorization header must use the algorithm 'AWS4-HMAC-SHA256'.");
  }
  const Parameters parameters =
      space == std::string_view::npos ? Parameters{} : splitParameters(value.substr(space + 1));
  requireAll(parameters);

  if (parameters.signature->size() != kSignatureDigits ||
      !std::ranges::all_of(*parameters.signature, isLowerHexDigit)) {
    refuse("Signature must be 64 lower-case hexadecimal digits.");
  }
  return {parseCredential(*parameters.credential), parseSignedHeaders(*parameters.signedHeaders),
          std::string(*parameters.signature)};
}

}  // namespace strongroom::auth
