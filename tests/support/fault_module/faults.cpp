#include "tests/support/fault_module/faults.h"

#include <time.h>

#include <csignal>

#include <cstdlib>
#include <cstring>

namespace strongroom::testing {
namespace {

constexpr std::size_t kInitialize = placeOf("C_Initialize");
constexpr std::size_t kFinalize = placeOf("C_Finalize");
constexpr std::size_t kGetInfo = placeOf("C_GetInfo");
constexpr std::size_t kGetSlotList = placeOf("C_GetSlotList");

void pause(std::uint64_t microseconds) {
  timespec time{};
  time.tv_sec = static_cast<time_t>(microseconds / 1'000'000);
  time.tv_nsec = static_cast<long>(microseconds % 1'000'000) * 1000;
  while (::nanosleep(&time, &time) != 0) {
  }
}

void hangWhileArmed(const FaultRule& rule) {
  const std::uint32_t armed = rule.armed;
  while (rule.armed == armed) pause(500);
}

void leak(std::uint64_t bytes) {
  // Linked, so that a sanitizer that looks for lost memory does not take it for a fault of ours.
  static std::atomic<void**> last{nullptr};
  auto* memory = static_cast<void**>(std::malloc(bytes < sizeof(void*) ? sizeof(void*) : bytes));
  std::memset(memory, 1, bytes);
  *memory = last.exchange(memory);
}

}  // namespace

bool Faults::concerns(const FaultRule& rule, std::size_t place, bool takesSession) {
  if (place == kInitialize || place == kFinalize || place == kGetInfo) {
    return rule.function == place;
  }
  const FaultAction action = rule.action;
  if (action == FaultAction::kRemoveToken || action == FaultAction::kLoseModule) return true;
  if (rule.function == FaultRule::kAnyFunction) return takesSession;
  return rule.function == place;
}

bool Faults::takeTurn(FaultRule& rule) {
  const std::uint64_t turn = rule.seen.fetch_add(1);
  if (turn < rule.skip || (turn - rule.skip) % rule.every != 0) return false;
  if ((turn - rule.skip) / rule.every >= rule.times) return false;
  ++rule.applied;
  return true;
}

bool Faults::isNews(std::size_t rule) {
  const std::uint32_t armed = channel_.rules[rule].armed;
  return armed != 0 && known_[rule].exchange(armed) != armed;
}

void Faults::initialised() {
  lost_ = CKR_OK;
  for (std::size_t i = 0; i < known_.size(); ++i) known_[i] = channel_.rules[i].armed.load();
}

const FaultRule* Faults::find(Met met, FaultAction action) const {
  for (std::size_t i = 0; i < channel_.rules.size(); ++i) {
    if ((met >> i & 1U) != 0 && channel_.rules[i].action == action) return &channel_.rules[i];
  }
  return nullptr;
}

std::optional<CK_RV> Faults::before(Met met, std::size_t place, CK_SESSION_HANDLE session) {
  for (std::size_t i = 0; i < channel_.rules.size(); ++i) {
    if ((met >> i & 1U) == 0) continue;
    const FaultRule& rule = channel_.rules[i];
    switch (rule.action) {
      case FaultAction::kDelay:
        pause(rule.microseconds);
        break;
      case FaultAction::kHang:
        hangWhileArmed(rule);
        break;
      case FaultAction::kFail:
        return rule.value;
      case FaultAction::kLoseSession:
        target_.loseSession(session);
        break;
      case FaultAction::kDropSessions:
        target_.dropSessions();
        break;
      case FaultAction::kLogOut:
        target_.logOut();
        break;
      case FaultAction::kInvalidateHandles:
        target_.invalidateHandles();
        break;
      case FaultAction::kShiftHandles:
        target_.shiftHandles();
        break;
      case FaultAction::kReboot:
        target_.reboot();
        break;
      case FaultAction::kRemoveToken:
        if (isNews(i)) target_.reboot();
        // An empty list of slots is what modules answer without a token.
        if (place != kGetSlotList) return rule.value;
        break;
      case FaultAction::kLoseModule:
        if (isNews(i)) {
          target_.reboot();
          lost_ = rule.value.load();
        }
        break;
      case FaultAction::kCrash:
        std::raise(SIGSEGV);
        break;
      case FaultAction::kAbort:
        std::abort();
      case FaultAction::kLeak:
        leak(rule.value);
        break;
      case FaultAction::kFailAfterwards:
      case FaultAction::kCorrupt:
      case FaultAction::kWrongLength:
      case FaultAction::kLoseObject:
        break;  // after the call
    }
  }
  const CK_RV lost = lost_;
  const bool isExempt = place == kInitialize || place == kFinalize;
  if (lost != CKR_OK && !isExempt) return lost;
  return std::nullopt;
}

}  // namespace strongroom::testing
