#pragma once

#include "hsm/administration.h"
#include "hsm/pkcs11/token_info.h"

namespace strongroom::hsm::pkcs11 {

/// What CK_TOKEN_INFO's flags tell of a PIN; of several, the worst.
PinState pinStateOf(CK_FLAGS flags, PinOwner owner);

/// Throws kPinRefused when a wrong PIN could lock the token now: ours may be wrong, so a person has
/// to look. A `doubtful` PIN is not given either when the token counts any wrong one.
void refuseEndangered(const Token& token, PinOwner owner, bool doubtful = false);

/// Throws kPinRefused when the token takes no PIN of that length; `name` is "new PIN". Asked before
/// the old one costs a try, or anything is written.
void requireFittingLength(const Token& token, const SecretBytes& pin, std::string_view name);

}  // namespace strongroom::hsm::pkcs11
