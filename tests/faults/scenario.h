#pragma once

#include <p11-kit/pkcs11.h>

#include <array>
#include <chrono>
#include <span>
#include <string_view>
#include <vector>

#include "hsm/error.h"
#include "tests/support/fault_control.h"

namespace strongroom::testing {

/// How a scenario ends well.
enum class Ending {
  kRecovers,     ///< full rate again soon after the fault's end, by itself
  kNeedsPerson,  ///< the PIN was refused: nothing but an administrator mends that
};

/// Which backends can be expected to survive a scenario.
enum class Survives {
  kEverywhere,
  kIsolatedOnly,  ///< by its nature a process with the module in it cannot
};

/// One way in which a token or its module fails, and what callers may see of it. A row of a table:
/// docs/fault-scenarios.md is printed from it.
struct Scenario {
  std::string_view name;  ///< a sentence in one word
  std::vector<Fault> faults;
  /// By callers, besides their answer and kBusy, which a loaded machine may cause by itself.
  std::vector<hsm::ErrorCode> mayBeSeen;
  std::chrono::milliseconds lasts{300};
  Survives survives = Survives::kEverywhere;
  Ending ending = Ending::kRecovers;
  bool losesData = false;  ///< data keys made meanwhile need not be readable afterwards
};

std::span<const Scenario> scenarios();

}  // namespace strongroom::testing
