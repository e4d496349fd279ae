#pragma once

#include "hsm/administration.h"
#include "hsm/pkcs11/module.h"

namespace strongroom::hsm::pkcs11 {

// changePin() and resetPin() of hsm/administration.h on a module that is loaded already.

TokenDescription changePin(Module& module, const TokenSelector& selector, PinOwner owner,
                           const SecretBytes& pin, const SecretBytes& newPin);
TokenDescription resetPin(Module& module, const TokenSelector& selector, const SecretBytes& soPin,
                          const SecretBytes& newPin);

}  // namespace strongroom::hsm::pkcs11
