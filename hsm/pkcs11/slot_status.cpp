#include "hsm/pkcs11/slot_status.h"

#include "hsm/pkcs11/pin_state.h"
#include "hsm/pkcs11/token_finder.h"

namespace strongroom::hsm {
namespace pkcs11 {
namespace {

std::optional<std::uint64_t> known(CK_ULONG count) {
  if (count == CK_UNAVAILABLE_INFORMATION) return std::nullopt;
  return count;
}

}  // namespace

SlotStatus statusOf(Module& module, const Token& token) {
  return {.slot = token.slot,
          .tokenPresent = true,
          .initialised = token.initialised(),
          .token = describe(module, token),
          .userPin = pinStateOf(token.info.flags, PinOwner::kUser),
          .soPin = pinStateOf(token.info.flags, PinOwner::kSecurityOfficer),
          .pinMin = known(token.info.ulMinPinLen).value_or(0),
          .pinMax = known(token.info.ulMaxPinLen).value_or(0),
          .sessionsOpen = known(token.info.ulSessionCount),
          .sessionsMax = known(token.info.ulMaxSessionCount)};
}

std::vector<SlotStatus> slotsOf(Module& module) {
  std::vector<SlotStatus> slots;
  for (const CK_SLOT_ID slot : module.allSlots()) {
    Token token{.slot = slot, .info = {}};
    const CK_RV value = module.call(kGetTokenInfo, slot, &token.info);
    if (value == CKR_TOKEN_NOT_PRESENT || value == CKR_TOKEN_NOT_RECOGNIZED) {
      SlotStatus empty;
      empty.slot = slot;
      slots.push_back(std::move(empty));
      continue;
    }
    check(value, kGetTokenInfo.name());
    slots.push_back(statusOf(module, token));
  }
  return slots;
}

}  // namespace pkcs11

SlotStatus tokenStatus(const TokenOptions& options) {
  pkcs11::Module module(options.module, options.moduleArgument);
  if (const auto token = pkcs11::findToken(module, options.token)) {
    return pkcs11::statusOf(module, *token);
  }
  throw Error(ErrorCode::kTokenNotFound,
              options.token.describe() + ": no such token in " + options.module.string());
}

}  // namespace strongroom::hsm
