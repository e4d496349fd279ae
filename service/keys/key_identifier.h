#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "hsm/key_ref.h"
#include "service/keys/arn.h"

namespace strongroom::keys {

/// An alias name with its prefix, already checked: "alias/" and 1 to 250 of [a-zA-Z0-9/_-].
struct AliasName {
  std::string name;
  friend bool operator==(const AliasName&, const AliasName&) = default;
};

/// Why a text names no key of ours.
enum class BadIdentifier {
  kMalformed,     ///< neither key id, key ARN, alias name nor alias ARN
  kMalformedArn,  ///< begins like an ARN and is none of KMS
  kForeign,       ///< a proper ARN of another partition, Region or account
};

/// Reads any of the four forms in which AWS names a key (API reference, KeyId). Does not look
/// whether the key exists.
std::variant<KeyId, AliasName, BadIdentifier> parseKeyIdentifier(std::string_view text,
                                                                 const Account& account);

}  // namespace strongroom::keys
