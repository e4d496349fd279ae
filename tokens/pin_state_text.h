#pragma once

#include <array>
#include <string_view>

#include "hsm/administration.h"

namespace strongroom::tokens {

struct PinStateRow {
  hsm::PinState state;
  std::string_view name;  ///< for scripts
  std::string_view text;  ///< for people
};

inline constexpr std::array kPinStates = std::to_array<PinStateRow>({
    {hsm::PinState::kReady, "ready", "ready"},
    {hsm::PinState::kNotSet, "notSet", "not set"},
    {hsm::PinState::kToBeChanged, "toBeChanged", "has to be changed"},
    {hsm::PinState::kWrongGiven, "wrongGiven", "a wrong one was given"},
    {hsm::PinState::kFinalTry, "finalTry", "ONE TRY LEFT"},
    {hsm::PinState::kLocked, "locked", "LOCKED"},
});

constexpr const PinStateRow& rowFor(hsm::PinState state) {
  return kPinStates[static_cast<std::size_t>(state)];
}
constexpr std::string_view nameOf(hsm::PinState state) {
  return rowFor(state).name;
}
constexpr std::string_view textOf(hsm::PinState state) {
  return rowFor(state).text;
}

}  // namespace strongroom::tokens
