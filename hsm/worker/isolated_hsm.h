#pragma once

#include "hsm/worker/worker_pool.h"

namespace strongroom::hsm::worker {

/// The keys of a token whose module is in worker processes: each call is a request to one of them.
class IsolatedHsm final : public Hsm {
 public:
  IsolatedHsm(Launch launch, const WorkerOptions& options, WorkerLog log)
      : pool_(std::move(launch), options, std::move(log)) {}

  TokenDescription describe() const override { return pool_.describe(); }
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
  void retryLogin() override { pool_.retryLogin(); }

 private:
  /// The answer of a worker; made once more on another when the first was lost or asks to be
  /// replaced. For what may be repeated.
  Answer repeatable(const Request& request);
  /// The answer of a worker to a request that must not be made twice.
  Answer once(const Request& request);

  mutable WorkerPool pool_;
};

}  // namespace strongroom::hsm::worker
