#pragma once

#include <memory>
#include <optional>

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
  /// All of it, as the login that there was shows it; the caller holds the administration lock.
  std::vector<TokenObject> look(const ProgressObserver& progress);
  /// nullopt when that login shows no binding key.
  std::optional<SecretBytes> tryBindingMac(ByteView message);
  /// The answer of `work()` under a login that stood from its beginning to its end.
  template <class Work>
  auto underOneLogin(Work&& work);

  std::unique_ptr<Module> module_;
  TokenConnection connection_;
};

}  // namespace strongroom::hsm::pkcs11
