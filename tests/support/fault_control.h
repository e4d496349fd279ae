#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string_view>

#include "tests/support/fault_channel.h"

namespace strongroom::testing {

/// What is to go wrong, with which calls of which function.
struct Fault {
  static constexpr std::uint64_t kAlways = std::numeric_limits<std::uint64_t>::max();

  FaultAction action = FaultAction::kFail;
  std::string_view function = "";  ///< "C_WrapKey"; "" is every function that takes a session
  unsigned long value = 0;         ///< a CK_RV, or a number of bytes
  std::chrono::milliseconds delay{0};
  std::uint64_t skip = 0;   ///< calls that are left alone first
  std::uint64_t every = 1;  ///< of those after, only each so-manieth
  std::uint64_t times = kAlways;
  bool tokenObjectsOnly =
      false;  ///< of C_GenerateKey and C_DestroyObject: data keys are left alone
};

/// Steers the fault module in every process that has it loaded, and reads what it counted. While it
/// lives the environment tells processes begun, and modules loaded, to listen to it; one lives at a
/// time. Thread-safe but for its life.
class FaultControl {
 public:
  /// Makes the channel's file in `folder`, which outlives it.
  explicit FaultControl(const std::filesystem::path& folder);
  /// Ends every fault.
  ~FaultControl();
  FaultControl(const FaultControl&) = delete;
  FaultControl& operator=(const FaultControl&) = delete;

  /// The module to be opened in place of the real one.
  static std::filesystem::path module();

  /// From now on. At most 4 at a time; throws std::invalid_argument for a function that there is
  /// not.
  void begin(const Fault& fault);

  /// Every fault is over: what hangs goes on, and a token removed is back.
  void end();

  /// How often a fault met a call since the last end().
  std::uint64_t applied() const;

  /// How often a function was called, failed or not.
  std::uint64_t calls(std::string_view function) const;

  /// The sessions that living processes hold open.
  std::int64_t openSessions() const;

 private:
  std::filesystem::path file_;
  FaultChannel* channel_;
  std::uint32_t armings_ = 0;
};

}  // namespace strongroom::testing
