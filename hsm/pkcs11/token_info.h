#pragma once

#include "hsm/hsm.h"
#include "hsm/pkcs11/module.h"

namespace strongroom::hsm::pkcs11 {

/// A slot and the token in it.
struct Token {
  CK_SLOT_ID slot = 0;
  CK_TOKEN_INFO info{};

  bool initialised() const { return (info.flags & CKF_TOKEN_INITIALIZED) != 0; }
  std::string label() const;
  std::string serial() const;
  std::string manufacturer() const;
  std::string model() const;
};

/// Every token of the module, initialised or not, in the order of its slots.
std::vector<Token> tokensOf(Module& module);

TokenDescription describe(Module& module, const Token& token);

}  // namespace strongroom::hsm::pkcs11
