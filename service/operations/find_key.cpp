#include "service/operations/find_key.h"

#include "service/keys/key_identifier.h"
#include "service/operations/alias_rules.h"

namespace strongroom::operations {
namespace {

using Identifier = std::variant<KeyId, keys::AliasName, keys::BadIdentifier>;

bool looksLikeArn(const std::string& text) {
  return text.starts_with("arn:");
}

/// The Region of a proper ARN: its fourth field.
std::string regionOf(const std::string& arn) {
  std::size_t begin = 0;
  for (int field = 0; field < 3; ++field) begin = arn.find(':', begin) + 1;
  return arn.substr(begin, arn.find(':', begin) - begin);
}

/// AWS names the Region alone when that is what is wrong.
[[noreturn]] void refuseForeign(const Context& context, const std::string& arn) {
  const std::string region = regionOf(arn);
  if (region != context.kms.account.region) {
    throw Error(ErrorCode::kNotFound, "Invalid arn " + region);
  }
  throw Error(ErrorCode::kNotFound, "Key '" + arn + "' does not exist");
}

[[noreturn]] void refuse(const Context& context, const std::string& identifier,
                         keys::BadIdentifier why, IdentifierRules rules) {
  switch (why) {
    case keys::BadIdentifier::kForeign:
      refuseForeign(context, identifier);
    case keys::BadIdentifier::kMalformedArn:
      throw Error(rules.invalidArn ? ErrorCode::kInvalidArn : ErrorCode::kNotFound,
                  "Invalid arn " + identifier);
    case keys::BadIdentifier::kMalformed:
      break;
  }
  throw Error(ErrorCode::kNotFound, "Invalid keyId '" + identifier + "'");
}

[[noreturn]] void refuseAlias(const Context& context, const std::string& identifier,
                              IdentifierRules rules) {
  refuse(context, identifier,
         looksLikeArn(identifier) ? keys::BadIdentifier::kMalformedArn
                                  : keys::BadIdentifier::kMalformed,
         rules);
}

}  // namespace

KeyId parseKeyId(const Context& context, const std::string& identifier, IdentifierRules rules) {
  const Identifier parsed = keys::parseKeyIdentifier(identifier, context.kms.account);
  if (const auto* bad = std::get_if<keys::BadIdentifier>(&parsed))
    refuse(context, identifier, *bad, rules);
  if (const auto* id = std::get_if<KeyId>(&parsed)) return *id;
  refuseAlias(context, identifier, rules);
}

keys::KeyRecord findKey(const Context& context, const std::string& identifier,
                        IdentifierRules rules) {
  const Identifier parsed = keys::parseKeyIdentifier(identifier, context.kms.account);
  if (const auto* bad = std::get_if<keys::BadIdentifier>(&parsed))
    refuse(context, identifier, *bad, rules);
  if (const auto* id = std::get_if<KeyId>(&parsed)) {
    std::optional<keys::KeyRecord> key = context.kms.store.findKey(*id);
    if (!key) throw noSuchKey(context, *id);
    return std::move(*key);
  }
  if (!rules.aliases) refuseAlias(context, identifier, rules);
  const std::string& alias = std::get<keys::AliasName>(parsed).name;
  std::optional<keys::KeyRecord> key = context.kms.store.findKeyByAlias(alias);
  if (!key) throw noSuchAlias(context, alias);
  return std::move(*key);
}

Error noSuchKey(const Context& context, const KeyId& key) {
  return Error(ErrorCode::kNotFound,
               "Key '" + context.kms.account.keyArn(key) + "' does not exist");
}

keys::KeyRecord changeKey(const Context& context, const KeyId& key,
                          const std::function<void(keys::KeyRecord&)>& change) {
  std::optional<keys::KeyRecord> changed = context.kms.store.updateKey(key, change);
  if (!changed) throw noSuchKey(context, key);
  return std::move(*changed);
}

}  // namespace strongroom::operations
