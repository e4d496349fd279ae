#pragma once

#include <map>

#include "hsm/key_ref.h"
#include "tests/support/test_token.h"

namespace strongroom::testing {

/// How many objects of each name the token holds, counted past everything that is tested: by the
/// real module, with a login of its own.
std::map<KeyRef, int> countKeys(const TestToken& token);

}  // namespace strongroom::testing
