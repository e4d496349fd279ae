#pragma once

#include <string>

#include "hsm/error.h"
#include "hsm/hsm.h"

namespace strongroom::auth {

/// A token that knows one thing: the binding MAC from which a given secret access key derives, for
/// whatever message. Vectors come with their secrets, and a real token would choose others.
class KnownSecretHsm final : public hsm::Hsm {
 public:
  /// `secret` is 40 characters of base64.
  explicit KnownSecretHsm(std::string secret) : secret_(std::move(secret)) {}

  SecretBytes bindingMac(ByteView message, hsm::Deadline deadline) override;

  hsm::TokenDescription describe() const override { return {}; }
  hsm::Statistics statistics() const override { return {}; }
  void generateKey(const KeyRef&, hsm::Deadline) override { refuse(); }
  void verifyKey(const KeyRef&, hsm::Deadline) override { refuse(); }
  void destroyKey(const KeyRef&, hsm::Deadline) override { refuse(); }
  std::vector<KeyRef> listKeys(hsm::Deadline) override { refuse(); }
  hsm::DataKey generateDataKey(const KeyRef&, std::size_t, hsm::Plaintext, hsm::Deadline) override {
    refuse();
  }
  SecretBytes unwrapDataKey(const KeyRef&, hsm::WrapMethod, ByteView, hsm::Deadline) override {
    refuse();
  }
  void random(std::span<std::byte>, hsm::Deadline) override { refuse(); }
  void probe(hsm::Deadline) override { refuse(); }

 private:
  [[noreturn]] static void refuse() {
    throw hsm::Error(hsm::ErrorCode::kUnsupported, "not this token");
  }

  std::string secret_;
};

}  // namespace strongroom::auth
