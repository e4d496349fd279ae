#include "service/keys/key_identifier.h"

#include <algorithm>
#include <array>
#include <optional>

namespace strongroom::keys {
namespace {

constexpr std::string_view kAliasPrefix = "alias/";
constexpr std::string_view kKeyPrefix = "key/";
constexpr std::size_t kMaxAliasCharacters = 250;  // after the prefix
constexpr std::size_t kAccountDigits = 12;

bool isDigit(char c) {
  return c >= '0' && c <= '9';
}
bool isLowerOrDigit(char c) {
  return (c >= 'a' && c <= 'z') || isDigit(c);
}
bool isRegionCharacter(char c) {
  return isLowerOrDigit(c) || c == '-';
}
bool isAliasCharacter(char c) {
  return isLowerOrDigit(c) || (c >= 'A' && c <= 'Z') || c == '/' || c == '_' || c == '-';
}

std::optional<AliasName> parseAliasName(std::string_view text) {
  if (!text.starts_with(kAliasPrefix)) return std::nullopt;
  const std::string_view name = text.substr(kAliasPrefix.size());
  if (name.empty() || name.size() > kMaxAliasCharacters) return std::nullopt;
  if (!std::all_of(name.begin(), name.end(), isAliasCharacter)) return std::nullopt;
  return AliasName{std::string(text)};
}

/// arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE; the resource keeps any further colons.
struct Arn {
  std::string_view partition, service, region, account, resource;
};

std::optional<Arn> splitArn(std::string_view text) {
  std::array<std::string_view, 6> fields;
  for (std::size_t i = 0; i + 1 < fields.size(); ++i) {
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    fields[i] = text.substr(0, colon);
    text.remove_prefix(colon + 1);
  }
  fields.back() = text;
  return Arn{fields[1], fields[2], fields[3], fields[4], fields[5]};
}

bool isKmsArn(const Arn& arn) {
  return (arn.partition == "aws" || arn.partition.starts_with("aws-")) && arn.service == "kms" &&
         !arn.region.empty() &&
         std::all_of(arn.region.begin(), arn.region.end(), isRegionCharacter) &&
         arn.account.size() == kAccountDigits &&
         std::all_of(arn.account.begin(), arn.account.end(), isDigit);
}

using Parsed = std::variant<KeyId, AliasName, BadIdentifier>;

Parsed parseArn(std::string_view text, const Account& account) {
  const std::optional<Arn> arn = splitArn(text);
  if (!arn || !isKmsArn(*arn)) return BadIdentifier::kMalformedArn;

  Parsed named = BadIdentifier::kMalformedArn;
  if (const auto alias = parseAliasName(arn->resource)) {
    named = *alias;
  } else if (arn->resource.starts_with(kKeyPrefix)) {
    if (const auto key = KeyId::parse(arn->resource.substr(kKeyPrefix.size()))) named = *key;
  }
  if (std::holds_alternative<BadIdentifier>(named)) return named;

  const bool ours =
      arn->partition == "aws" && arn->region == account.region && arn->account == account.id;
  return ours ? named : Parsed(BadIdentifier::kForeign);
}

}  // namespace

Parsed parseKeyIdentifier(std::string_view text, const Account& account) {
  if (text.starts_with("arn:")) return parseArn(text, account);
  if (auto alias = parseAliasName(text)) return *std::move(alias);
  if (const auto key = KeyId::parse(text)) return *key;
  return BadIdentifier::kMalformed;
}

}  // namespace strongroom::keys
