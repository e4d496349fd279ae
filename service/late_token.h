#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "hsm/error.h"
#include "hsm/hsm.h"

namespace strongroom::service {

struct LateTokenOptions {
  std::chrono::milliseconds interval{5'000};        ///< between two attempts to open it
  std::chrono::milliseconds firstPatience{10'000};  ///< how long the first one is waited for
};

/// A token that need not be there when the service starts: a thread tries to open it until that
/// succeeds. Until then every call throws at once what the last attempt threw. A PIN that was
/// refused is not tried again by itself, since that would lock the token. Thread-safe.
class LateToken final : public hsm::Hsm {
 public:
  using Open = std::function<std::unique_ptr<hsm::Hsm>()>;

  /// `name` is for messages. Returns when the first attempt is over, or was waited for in vain.
  LateToken(std::string name, Open open, LateTokenOptions options = {});
  ~LateToken() override;
  LateToken(const LateToken&) = delete;
  LateToken& operator=(const LateToken&) = delete;

  /// Asks for an attempt now, after a refused PIN too. Does nothing once the token is open.
  void tryAgain();

  /// When it was opened; nullopt before. Of tokens of one module the first to be opened ends last.
  std::optional<std::chrono::steady_clock::time_point> openedAt() const;

  hsm::TokenDescription describe() const override;
  void generateKey(const KeyRef& ref, hsm::Deadline deadline) override;
  void verifyKey(const KeyRef& ref, hsm::Deadline deadline) override;
  void destroyKey(const KeyRef& ref, hsm::Deadline deadline) override;
  std::vector<KeyRef> listKeys(hsm::Deadline deadline) override;
  hsm::DataKey generateDataKey(const KeyRef& ref, std::size_t bytes, hsm::Plaintext plaintext,
                               hsm::Deadline deadline) override;
  SecretBytes unwrapDataKey(const KeyRef& ref, ByteView wrapped, hsm::Deadline deadline) override;
  SecretBytes bindingMac(ByteView message, hsm::Deadline deadline) override;
  void random(std::span<std::byte> out, hsm::Deadline deadline) override;
  void probe(hsm::Deadline deadline) override;
  /// All zero before it is open.
  hsm::Statistics statistics() const override;

 private:
  hsm::Hsm& opened() const;
  void run(const std::stop_token& stop);
  bool attempt();
  void failed(const hsm::Error& error);

  const std::string name_;
  const Open open_;
  const LateTokenOptions options_;
  std::unique_ptr<hsm::Hsm> hsm_;           ///< written once, before opened_
  std::atomic<hsm::Hsm*> opened_{nullptr};  ///< hsm_, for all threads
  mutable std::mutex mutex_;                ///< guards all below
  std::condition_variable_any changed_;
  bool attempted_ = false;
  bool again_ = false;
  hsm::Error lastError_;
  std::optional<std::chrono::steady_clock::time_point> openedAt_;
  std::jthread thread_;  ///< last: it starts when everything above stands
};

}  // namespace strongroom::service
