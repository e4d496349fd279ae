#pragma once

#include <functional>
#include <string>

#include "service/keys/records.h"
#include "service/operations/context.h"
#include "service/operations/error.h"

namespace strongroom::operations {

/// Which forms of key identifier an operation takes, and how it refuses a malformed ARN (its
/// modelled errors differ).
struct IdentifierRules {
  bool aliases = false;     ///< alias names and alias ARNs, besides key ids and key ARNs
  bool invalidArn = false;  ///< a malformed ARN is kInvalidArn; otherwise kNotFound
};

inline constexpr IdentifierRules kForCryptography{.aliases = true, .invalidArn = false};
inline constexpr IdentifierRules kForDescribe{.aliases = true, .invalidArn = true};
inline constexpr IdentifierRules kForManagement{.aliases = false, .invalidArn = true};
inline constexpr IdentifierRules kForAliasTarget{.aliases = false, .invalidArn = false};

/// The id that `identifier` names, without looking whether such a key exists; aliases are refused.
/// For operations that read and change a key in one transaction. Throws Error kNotFound or
/// kInvalidArn.
KeyId parseKeyId(const Context& context, const std::string& identifier, IdentifierRules rules);

/// The visible key that `identifier` names. Throws Error kNotFound or kInvalidArn with AWS's texts.
keys::KeyRecord findKey(const Context& context, const std::string& identifier,
                        IdentifierRules rules);

/// The refusal for a key id without a key.
Error noSuchKey(const Context& context, const KeyId& key);

/// Changes a visible key in one transaction, so that a state checked in `change` holds when it is
/// written. Throws Error kNotFound; what `change` throws passes through with nothing changed.
keys::KeyRecord changeKey(const Context& context, const KeyId& key,
                          const std::function<void(keys::KeyRecord&)>& change);

}  // namespace strongroom::operations
