#pragma once

#include "service/keys/records.h"
#include "service/operations/context.h"

namespace strongroom::operations {

/// What an operation asks of a key's state (AWS developer guide, "Key states of AWS KMS keys").
enum class Needs {
  kEnabled,             ///< cryptography, rotation
  kNotPendingDeletion,  ///< changes of the record
  kPendingDeletion,     ///< CancelKeyDeletion
};

/// Throws Error kDisabled or kInvalidState with AWS's text when the state does not allow it.
void requireState(const Context& context, const keys::KeyRecord& key, Needs needs);

}  // namespace strongroom::operations
