// The names that clients give keys: key id, alias name and their ARNs; and the access key id.
#include "service/keys/key_identifier.h"

#include "service/auth/access_key.h"
#include "tests/fuzz/fuzz.h"

namespace strongroom::fuzz {

void run(ByteView input) {
  static const keys::Account account{"us-east-1", "000000000000"};
  const std::string_view text = asText(input);

  const auto parsed = keys::parseKeyIdentifier(text, account);
  if (const auto* key = std::get_if<KeyId>(&parsed)) {
    require(text == key->toString() || text == account.keyArn(*key), "a key has two names");
  } else if (const auto* alias = std::get_if<keys::AliasName>(&parsed)) {
    require(text == alias->name || text == account.aliasArn(alias->name), "an alias has two names");
    require(alias->name.size() <= 256, "an alias is short");
  } else {
    const bool isArn = std::get<keys::BadIdentifier>(parsed) != keys::BadIdentifier::kMalformed;
    require(isArn == text.starts_with("arn:"), "what begins like an ARN is refused as one");
  }

  const auto id = KeyId::parse(text);
  require(id.has_value() == (std::holds_alternative<KeyId>(parsed) && !text.starts_with("arn:")),
          "a key id is what KeyId takes");
  if (id) require(id->toString() == text, "a key id has one text");

  if (auth::isAccessKeyId(text)) {
    require(text.size() == 20 && text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") ==
                                     std::string_view::npos,
            "an access key id is 20 characters of base32");
  }
}

}  // namespace strongroom::fuzz
