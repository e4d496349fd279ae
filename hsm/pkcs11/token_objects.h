#pragma once

#include <memory>

#include "hsm/administration.h"
#include "hsm/pkcs11/token_connection.h"

namespace strongroom::hsm::pkcs11 {

/// TokenObjects by PKCS#11. Owns its module.
class Pkcs11TokenObjects final : public TokenObjects {
 public:
  Pkcs11TokenObjects(std::unique_ptr<Module> module, const TokenSelector& selector,
                     const SecretBytes& pin);

  TokenDescription describe() const override;
  std::vector<TokenObject> list(const ProgressObserver& progress) override;
  SecretBytes bindingMac(ByteView message) override;
  void destroy(const TokenObject& object) override;
  void makeDurable() override;

 private:
  std::unique_ptr<Module> module_;
  TokenConnection connection_;
};

}  // namespace strongroom::hsm::pkcs11
