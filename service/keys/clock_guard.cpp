#include "service/keys/clock_guard.h"

namespace strongroom::keys {

ClockGuard::Verdict ClockGuard::look(TimePoint wall, SteadyTime steady) {
  const auto passed = std::chrono::duration_cast<std::chrono::milliseconds>(steady - steady_);
  if (std::chrono::abs(wall - wall_ - passed) > kTolerance) {
    wall_ = wall;
    steady_ = steady;
    onTrial_ = true;
    return Verdict::kJumped;
  }
  if (passed >= kConfirmation) onTrial_ = false;
  return onTrial_ ? Verdict::kOnTrial : Verdict::kTrusted;
}

}  // namespace strongroom::keys
