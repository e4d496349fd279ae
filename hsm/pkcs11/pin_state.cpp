#include "hsm/pkcs11/pin_state.h"

#include <algorithm>
#include <array>

namespace strongroom::hsm::pkcs11 {
namespace {

struct Row {
  CK_FLAGS user;
  CK_FLAGS securityOfficer;
  PinState state;
};

/// The worst first.
constexpr std::array kRows = std::to_array<Row>({
    {CKF_USER_PIN_LOCKED, CKF_SO_PIN_LOCKED, PinState::kLocked},
    {CKF_USER_PIN_FINAL_TRY, CKF_SO_PIN_FINAL_TRY, PinState::kFinalTry},
    {CKF_USER_PIN_COUNT_LOW, CKF_SO_PIN_COUNT_LOW, PinState::kWrongGiven},
    {CKF_USER_PIN_TO_BE_CHANGED, CKF_SO_PIN_TO_BE_CHANGED, PinState::kToBeChanged},
});

}  // namespace

PinState pinStateOf(CK_FLAGS flags, PinOwner owner) {
  const auto row = std::ranges::find_if(kRows, [&](const Row& candidate) {
    return (flags & (owner == PinOwner::kUser ? candidate.user : candidate.securityOfficer)) != 0;
  });
  if (row != kRows.end()) return row->state;
  // An SO PIN is set with the token; only for the user's is there a flag.
  const CK_FLAGS set = owner == PinOwner::kUser ? CKF_USER_PIN_INITIALIZED : CKF_TOKEN_INITIALIZED;
  return (flags & set) != 0 ? PinState::kReady : PinState::kNotSet;
}

void refuseEndangered(const Token& token, PinOwner owner, bool doubtful) {
  const PinState state = pinStateOf(token.info.flags, owner);
  if (state < (doubtful ? PinState::kWrongGiven : PinState::kFinalTry)) return;
  const bool user = owner == PinOwner::kUser;
  std::string message = "the token '" + token.label() + "' ";
  if (state == PinState::kWrongGiven) {
    message +=
        "counts a wrong PIN after a login that failed for another reason, as it said; the "
        "PIN may be the reason";
  } else if (state == PinState::kLocked) {
    message += user ? "is locked after wrong PINs; unlock it with the SO PIN"
                    : "has a locked SO PIN: too many wrong ones were given";
  } else {
    message += user ? "has one try left before it locks; log in with the right PIN by another tool "
                      "first, which resets the count"
                    : "has one try of its SO PIN left, and is not asked";
  }
  throw Error(ErrorCode::kPinRefused, message);
}

void requireFittingLength(const Token& token, const SecretBytes& pin, std::string_view name) {
  const auto told = [](CK_ULONG length) {
    return length == CK_UNAVAILABLE_INFORMATION ? CK_ULONG{0} : length;
  };
  const CK_ULONG least = told(token.info.ulMinPinLen);
  const CK_ULONG most = told(token.info.ulMaxPinLen);  // 0: the token does not say
  if (pin.size() >= least && (most == 0 || pin.size() <= most)) return;
  throw Error(ErrorCode::kPinRefused, "the " + std::string(name) + " has " +
                                          std::to_string(pin.size()) + " bytes; the token takes " +
                                          std::to_string(least) + " to " + std::to_string(most));
}

}  // namespace strongroom::hsm::pkcs11
