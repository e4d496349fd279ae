#pragma once

#include <p11-kit/pkcs11.h>

#include <optional>

#include "tests/support/fault_module/target.h"

namespace strongroom::testing {

/// What the channel's rules do to the calls of this process.
class Faults {
 public:
  Faults(FaultChannel& channel, Target& target) : channel_(channel), target_(target) {}

  /// The rules that mean one call, as bits.
  using Met = unsigned;

  /// Counts a call of the function at `place`, and tells which rules it meets.
  /// `concernsTokenObject` is asked only when a rule wants to know.
  template <class Predicate>
  Met meet(std::size_t place, bool takesSession, Predicate&& concernsTokenObject) {
    channel_.calls[place].fetch_add(1, std::memory_order_relaxed);
    Met met = 0;
    for (std::size_t i = 0; i < channel_.rules.size(); ++i) {
      FaultRule& rule = channel_.rules[i];
      if (rule.armed.load(std::memory_order_acquire) == 0) continue;
      if (!concerns(rule, place, takesSession)) continue;
      if (rule.tokenObjectsOnly && !concernsTokenObject()) continue;
      if (takeTurn(rule)) met |= 1U << i;
    }
    return met;
  }

  /// What happens before the call, on `session` as its caller knows it, where it has one: it may
  /// last, and never end. An answer stands in place of the call's.
  std::optional<CK_RV> before(Met met, std::size_t place, CK_SESSION_HANDLE session);

  /// The rule among `met` that has `action`; nullptr when there is none.
  const FaultRule* find(Met met, FaultAction action) const;

  /// A module just initialised knows nothing of what was lost before.
  void initialised();

 private:
  static bool concerns(const FaultRule& rule, std::size_t place, bool takesSession);
  static bool takeTurn(FaultRule& rule);
  /// Whether this process meets this arming of the rule for the first time.
  bool isNews(std::size_t rule);

  FaultChannel& channel_;
  Target& target_;
  std::array<std::atomic<std::uint32_t>, 4> known_{};  ///< the arming of each rule met before
  std::atomic<CK_RV> lost_{CKR_OK};  ///< what every call answers until C_Initialize
};

}  // namespace strongroom::testing
