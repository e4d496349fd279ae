#pragma once

#include "service/keys/records.h"
#include "service/policy/action.h"

namespace strongroom::policy {

/// What the identities of the owner account may do until key policies and identity policies are
/// evaluated: an administrator everything, a user the use of keys (data keys, encrypt, decrypt,
/// describe, list) and no change to any. A role that is not known may nothing.
bool allows(keys::Role role, Action action);

}  // namespace strongroom::policy
