#pragma once

#include <chrono>

#include "service/keys/clock.h"

namespace strongroom::keys {

/// Tells time that passed from a wall clock that was set: it looks at both clocks, of which nobody
/// sets the steady one. A machine that slept looks the same and is treated the same. What happened
/// before it was made it cannot know. For one thread at a time.
class ClockGuard {
 public:
  using SteadyTime = std::chrono::steady_clock::time_point;

  /// How far the clocks may drift apart, all in all, before it counts as a jump.
  static constexpr std::chrono::hours kTolerance{1};
  /// How long the wall clock must then keep pace until it is believed again.
  static constexpr std::chrono::hours kConfirmation{24};

  enum class Verdict {
    kTrusted,
    kJumped,   ///< seen now, for the first time
    kOnTrial,  ///< since a jump less than kConfirmation ago
  };

  ClockGuard(TimePoint wall, SteadyTime steady) : wall_(wall), steady_(steady) {}

  Verdict look(TimePoint wall, SteadyTime steady);

 private:
  TimePoint wall_;     ///< at the start or at the last jump, whichever came later
  SteadyTime steady_;  ///< the same moment
  bool onTrial_ = false;
};

}  // namespace strongroom::keys
