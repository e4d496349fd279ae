#pragma once

#include "hsm/administration.h"
#include "hsm/pkcs11/token_info.h"

namespace strongroom::hsm::pkcs11 {

/// What an initialised or empty token tells of itself.
SlotStatus statusOf(Module& module, const Token& token);

/// Every slot, with or without a token. A slot whose token goes away meanwhile has none.
std::vector<SlotStatus> slotsOf(Module& module);

}  // namespace strongroom::hsm::pkcs11
