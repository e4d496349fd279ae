#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "hsm/error.h"
#include "hsm/hsm.h"

namespace strongroom::testing {

/// A token in memory: real cryptography (OpenSSL's RFC 3394 key wrap and CBC, HMAC-SHA256), no
/// PKCS#11. It passes the same contract suite as the real token and counts its calls in
/// statistics() under the names of the PKCS#11 functions that the real one would have called.
/// Thread-safe.
class FakeHsm final : public hsm::Hsm {
 public:
  explicit FakeHsm(hsm::WrapMethod method = hsm::WrapMethod::kAesKeyWrap,
                   std::size_t longestDataKey = hsm::kMaxDataKeyBytes);

  /// The next call of any verb throws `error` before it does anything; once. `after`: how many
  /// calls are let through before.
  void failNext(hsm::Error error, unsigned after = 0);

  /// Forgets every key and takes a new binding key: what a token initialised anew under a running
  /// service looks like.
  void reinitialise();

  /// How often `function` ("C_UnwrapKey") was called; the sum over all functions for "".
  std::uint64_t calls(std::string_view function = "") const;

  hsm::TokenDescription describe() const override;
  void generateKey(const KeyRef& ref, hsm::Deadline deadline) override;
  void verifyKey(const KeyRef& ref, hsm::Deadline deadline) override;
  void destroyKey(const KeyRef& ref, hsm::Deadline deadline) override;
  std::vector<KeyRef> listKeys(hsm::Deadline deadline) override;
  hsm::DataKey generateDataKey(const KeyRef& ref, std::size_t bytes, hsm::Plaintext plaintext,
                               hsm::Deadline deadline) override;
  SecretBytes unwrapDataKey(const KeyRef& ref, hsm::WrapMethod method, ByteView wrapped,
                            hsm::Deadline deadline) override;
  SecretBytes bindingMac(ByteView message, hsm::Deadline deadline) override;
  void random(std::span<std::byte> out, hsm::Deadline deadline) override;
  void probe(hsm::Deadline deadline) override;
  hsm::Statistics statistics() const override;

 private:
  void enter(hsm::Deadline deadline);
  void count(const char* function) { ++calls_[function]; }
  const SecretBytes& key(const KeyRef& ref) const;

  const hsm::WrapMethod method_;
  const std::size_t longestDataKey_;
  mutable std::mutex mutex_;
  std::map<KeyRef, SecretBytes> keys_;
  SecretBytes bindingKey_;
  SecretBytes bindingKeyAtStart_;
  std::map<std::string, std::uint64_t, std::less<>> calls_;
  std::optional<hsm::Error> nextFailure_;
  unsigned callsBeforeFailure_ = 0;
};

}  // namespace strongroom::testing
