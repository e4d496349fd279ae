#pragma once

#include <functional>

#include "hsm/administration.h"

// What `token set-pin` and `token unlock` share.
namespace strongroom::tokens {

/// Looks at the token before any PIN is asked for. Throws Failure when a wrong PIN of `owner` could
/// lock it; warns on standard error when a wrong one was given lately.
void requireTriesLeft(const hsm::TokenOptions& token, hsm::PinOwner owner);

/// Runs `change`, which gives the PIN of `owner` to the token once, and turns what goes wrong into
/// a Failure that says which PIN holds now.
void changeOnce(const hsm::TokenOptions& token, hsm::PinOwner owner,
                const std::function<void()>& change);

}  // namespace strongroom::tokens
