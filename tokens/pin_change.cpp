#include "tokens/pin_change.h"

#include <iostream>

#include "tokens/failure.h"
#include "tokens/pin_state_text.h"

namespace strongroom::tokens {
namespace {

std::string pinOf(hsm::PinOwner owner) {
  return owner == hsm::PinOwner::kUser ? "PIN" : "SO PIN";
}

hsm::PinState stateOf(const hsm::SlotStatus& slot, hsm::PinOwner owner) {
  return owner == hsm::PinOwner::kUser ? slot.userPin : slot.soPin;
}

/// What there is to do about a PIN that must not be tried.
std::string wayOut(hsm::PinOwner owner) {
  return owner == hsm::PinOwner::kUser
             ? "The SO PIN sets a new one: strongroom token unlock --help"
             : "Nobody above the SO can reset this PIN. Log in with it by the vendor's tool, once "
               "you are sure of it; a token whose SO PIN is locked keeps serving until its user "
               "PIN is lost too.";
}

[[noreturn]] void wrongPin(const hsm::TokenOptions& token, hsm::PinOwner owner,
                           const std::string& what) {
  std::string state;
  try {
    state = textOf(stateOf(hsm::tokenStatus(token), owner));
  } catch (const hsm::Error&) {
    state = "not known";  // the answer to the PIN is what matters
  }
  throw Failure("The " + pinOf(owner) + " was refused, and nothing was changed: " + what,
                "It was tried once and is not tried again. The token's state of this PIN: " +
                    state + ". Be sure of the PIN before the next attempt.",
                ExitCode::kPinRefused);
}

}  // namespace

void requireTriesLeft(const hsm::TokenOptions& token, hsm::PinOwner owner) {
  const hsm::SlotStatus slot = hsm::tokenStatus(token);
  const hsm::PinState state = stateOf(slot, owner);
  const std::string subject = "the " + pinOf(owner) + " of '" + slot.token.label + "'";
  if (state >= hsm::PinState::kFinalTry) {
    const bool locked = state == hsm::PinState::kLocked;
    throw Failure(
        locked ? "The token says that " + subject + " is locked."
               : "The token says that one more wrong PIN locks " + subject + ": it was not asked.",
        wayOut(owner), ExitCode::kPinRefused);
  }
  if (state == hsm::PinState::kWrongGiven) {
    std::cerr << "strongroom: warning: a wrong PIN was given for " << subject
              << " since its last login; few tries may be left.\n";
  }
}

void changeOnce(const hsm::TokenOptions& token, hsm::PinOwner owner,
                const std::function<void()>& change) {
  try {
    change();
  } catch (const hsm::Error& error) {
    const bool refused = error.code() == hsm::ErrorCode::kPinRefused;
    if (error.call() == "C_Login" && refused) wrongPin(token, owner, error.what());
    if (error.call() != "C_SetPIN" && error.call() != "C_InitPIN") throw;
    if (refused) {
      throw Failure(std::string("The token does not take the new PIN: ") + error.what(),
                    "The old PIN still holds. Choose one that fits the token's rules (length, "
                    "characters, not one used before).",
                    ExitCode::kPinRefused);
    }
    throw Failure(std::string("The change of the PIN failed half way: ") + error.what(),
                  "Whether the old or the new PIN holds is not known. Keep both, and see which one "
                  "logs in, trying each once.",
                  rowFor(error.code()).exitCode);
  }
}

}  // namespace strongroom::tokens
