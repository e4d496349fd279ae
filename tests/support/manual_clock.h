#pragma once

#include <atomic>

#include "service/keys/clock.h"

namespace strongroom::testing {

/// A clock that stands still until it is moved. Thread-safe.
class ManualClock final : public keys::Clock {
 public:
  explicit ManualClock(
      keys::TimePoint start = keys::TimePoint(std::chrono::milliseconds(1'700'000'000'000)))
      : now_(start) {}
  keys::TimePoint now() const override { return now_.load(); }
  void advance(std::chrono::milliseconds by) { now_ = now_.load() + by; }
  void set(keys::TimePoint to) { now_ = to; }

 private:
  std::atomic<keys::TimePoint> now_;
};

}  // namespace strongroom::testing
