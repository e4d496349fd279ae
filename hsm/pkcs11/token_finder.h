#pragma once

#include <optional>

#include "hsm/open_token.h"
#include "hsm/pkcs11/token_info.h"

namespace strongroom::hsm::pkcs11 {

/// The one initialised token that `selector` describes; nullopt when there is none. Throws
/// kTokenNotFound when several match, when the selector is empty or contradicts itself, and when
/// its URI is malformed or holds what selects no token (unknown attributes, object names, a PIN).
std::optional<Token> findToken(Module& module, const TokenSelector& selector);

}  // namespace strongroom::hsm::pkcs11
