#pragma once

#include <memory>

#include "hsm/hsm.h"
#include "hsm/pkcs11/capabilities.h"
#include "hsm/pkcs11/token_connection.h"

namespace strongroom::hsm::pkcs11 {

/// The keys of one PKCS#11 token. Work that is safe to repeat is repeated at most once, after a
/// lost session, login or handle was mended; generating and destroying keys never is.
class Pkcs11Hsm final : public Hsm {
 public:
  /// Logs in, tries what the token can do and finds every key. Throws as openToken() does, and
  /// kUnsupported when the trial shows a danger, unless `allowUnsafe`.
  Pkcs11Hsm(std::unique_ptr<Module> module, const Token& token, SecretBytes pin,
            std::size_t sessions, Renewal renewal = Renewal::kLogIn, bool allowUnsafe = false);

  TokenDescription describe() const override { return description_; }
  void generateKey(const KeyRef& ref, Deadline deadline) override;
  void verifyKey(const KeyRef& ref, Deadline deadline) override;
  void destroyKey(const KeyRef& ref, Deadline deadline) override;
  std::vector<KeyRef> listKeys(Deadline deadline) override;
  DataKey generateDataKey(const KeyRef& ref, std::size_t bytes, Plaintext plaintext,
                          Deadline deadline) override;
  SecretBytes unwrapDataKey(const KeyRef& ref, WrapMethod method, ByteView wrapped,
                            Deadline deadline) override;
  SecretBytes bindingMac(ByteView message, Deadline deadline) override;
  void random(std::span<std::byte> out, Deadline deadline) override;
  void probe(Deadline deadline) override;
  Statistics statistics() const override;

 private:
  SecretBytes witness(Deadline deadline);

  std::unique_ptr<Module> module_;  ///< ends last: sessions are closed through it
  TokenDescription description_;
  TokenConnection token_;
  TrialResult trial_;
  SecretBytes witnessAtStart_;  ///< a MAC by which the binding key is known again
};

}  // namespace strongroom::hsm::pkcs11
