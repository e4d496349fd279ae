#pragma once

#include <optional>
#include <string>
#include <vector>

#include "service/keys/records.h"
#include "service/operations/context.h"
#include "service/operations/describe_key.h"

namespace strongroom::operations {

struct CreateKeyRequest {
  std::string description;
  std::optional<std::string> policy;  ///< a policy document; the account's default when absent
  std::vector<keys::Tag> tags;
  /// False when the caller asked for a spec, usage, origin, store or multi-Region key that tokens
  /// here do not hold.
  bool symmetricInThisToken = true;
};

/// Makes a CMK in the token. Not idempotent, as AWS's is not: a caller that lost the answer may
/// find two keys. Throws Error kUnsupportedOperation, kMalformedPolicy, kLimitExceeded, kTag;
/// hsm::Error, keys::StoreError.
KeyDescription createKey(const Context& context, const CreateKeyRequest& request);

}  // namespace strongroom::operations
