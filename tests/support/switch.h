#pragma once

#include <condition_variable>
#include <mutex>

#include "hsm/error.h"
#include "hsm/hsm.h"

namespace strongroom::testing {

/// A token behind a switch. Off, every call throws kTokenUnavailable; slow, it waits until its
/// deadline and throws kBusy; hanging, it waits until the switch is turned, whatever its deadline.
/// Thread-safe.
class Switch final : public hsm::Hsm {
 public:
  explicit Switch(hsm::Hsm& hsm) : hsm_(hsm) {}

  void turnOn() { turn(Position::kOn); }
  void turnOff() { turn(Position::kOff); }
  void slowDown() { turn(Position::kSlow); }
  void hang() { turn(Position::kHanging); }

  hsm::TokenDescription describe() const override { return hsm_.describe(); }
  void generateKey(const KeyRef& ref, hsm::Deadline deadline) override {
    passed(deadline).generateKey(ref, deadline);
  }
  void verifyKey(const KeyRef& ref, hsm::Deadline deadline) override {
    passed(deadline).verifyKey(ref, deadline);
  }
  void destroyKey(const KeyRef& ref, hsm::Deadline deadline) override {
    passed(deadline).destroyKey(ref, deadline);
  }
  std::vector<KeyRef> listKeys(hsm::Deadline deadline) override {
    return passed(deadline).listKeys(deadline);
  }
  hsm::DataKey generateDataKey(const KeyRef& ref, std::size_t bytes, hsm::Plaintext plaintext,
                               hsm::Deadline deadline) override {
    return passed(deadline).generateDataKey(ref, bytes, plaintext, deadline);
  }
  SecretBytes unwrapDataKey(const KeyRef& ref, hsm::WrapMethod method, ByteView wrapped,
                            hsm::Deadline deadline) override {
    return passed(deadline).unwrapDataKey(ref, method, wrapped, deadline);
  }
  SecretBytes bindingMac(ByteView message, hsm::Deadline deadline) override {
    return passed(deadline).bindingMac(message, deadline);
  }
  void random(std::span<std::byte> out, hsm::Deadline deadline) override {
    passed(deadline).random(out, deadline);
  }
  void probe(hsm::Deadline deadline) override { passed(deadline).probe(deadline); }
  hsm::Statistics statistics() const override { return hsm_.statistics(); }

 private:
  enum class Position { kOn, kOff, kSlow, kHanging };

  void turn(Position position) {
    const std::lock_guard lock(mutex_);
    position_ = position;
    turned_.notify_all();
  }

  hsm::Hsm& passed(hsm::Deadline deadline) {
    std::unique_lock lock(mutex_);
    turned_.wait(lock, [this] { return position_ != Position::kHanging; });
    if (position_ == Position::kSlow) {
      turned_.wait_until(lock, deadline, [this] { return position_ != Position::kSlow; });
    }
    if (position_ == Position::kOn) return hsm_;
    if (position_ == Position::kSlow) throw hsm::Error(hsm::ErrorCode::kBusy, "slow");
    throw hsm::Error(hsm::ErrorCode::kTokenUnavailable, "switched off");
  }

  hsm::Hsm& hsm_;
  std::mutex mutex_;
  std::condition_variable turned_;
  Position position_ = Position::kOn;
};

}  // namespace strongroom::testing
