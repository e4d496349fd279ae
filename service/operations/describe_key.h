#pragma once

#include <string>

#include "service/keys/records.h"
#include "service/operations/context.h"

namespace strongroom::operations {

/// A key and the names under which the account knows it: what dialects show of it.
struct KeyDescription {
  keys::KeyRecord key;
  std::string arn;
  std::string accountId;
  std::string currentKeyMaterialId;
};

/// Describes a record that is at hand already.
KeyDescription describe(const Context& context, keys::KeyRecord key);

struct DescribeKeyRequest {
  std::string keyId;  ///< any identifier form
};

/// Throws Error kNotFound, kInvalidArn; keys::StoreError.
KeyDescription describeKey(const Context& context, const DescribeKeyRequest& request);

}  // namespace strongroom::operations
