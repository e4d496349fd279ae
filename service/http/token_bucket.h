#pragma once

#include <algorithm>
#include <chrono>

namespace strongroom::http {

/// An allowance that a burst may use up and that time and good works refill. Told the time.
class TokenBucket {
 public:
  using Clock = std::chrono::steady_clock;

  /// Begins full, with `burst` tokens, which is also the most it holds.
  TokenBucket(double burst, double perSecond, Clock::time_point now)
      : burst_(burst), perSecond_(perSecond), tokens_(burst), refilled_(now) {}

  /// Takes one token; false when there is none.
  bool take(Clock::time_point now) {
    const double seconds = std::chrono::duration<double>(now - refilled_).count();
    refilled_ = std::max(refilled_, now);
    earn(std::max(seconds, 0.0) * perSecond_);
    if (tokens_ < 1) return false;
    tokens_ -= 1;
    return true;
  }

  void earn(double tokens) { tokens_ = std::min(tokens_ + tokens, burst_); }

 private:
  double burst_;
  double perSecond_;
  double tokens_;
  Clock::time_point refilled_;
};

}  // namespace strongroom::http
