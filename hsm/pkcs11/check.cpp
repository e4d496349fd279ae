#include "hsm/pkcs11/check.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string>

#include "hsm/reinitialisation.h"

namespace strongroom::hsm::pkcs11 {
namespace {

using enum ErrorCode;

constexpr std::array kMeanings = std::to_array<Meaning>({
    // The session is gone, or holds an operation that nobody can end: v2.40 has no cancel.
    {CKR_SESSION_HANDLE_INVALID, "CKR_SESSION_HANDLE_INVALID", kTokenUnavailable,
     Recovery::kDiscardSession},
    {CKR_SESSION_CLOSED, "CKR_SESSION_CLOSED", kTokenUnavailable, Recovery::kDiscardSession},
    {CKR_OPERATION_ACTIVE, "CKR_OPERATION_ACTIVE", kTokenUnavailable, Recovery::kDiscardSession},
    {CKR_OPERATION_NOT_INITIALIZED, "CKR_OPERATION_NOT_INITIALIZED", kTokenUnavailable,
     Recovery::kDiscardSession},
    {CKR_DEVICE_ERROR, "CKR_DEVICE_ERROR", kTokenUnavailable, Recovery::kDiscardSession},
    {CKR_DEVICE_REMOVED, "CKR_DEVICE_REMOVED", kTokenUnavailable, Recovery::kDiscardSession},
    {CKR_TOKEN_NOT_PRESENT, "CKR_TOKEN_NOT_PRESENT", kTokenUnavailable, Recovery::kDiscardSession},
    {CKR_USER_NOT_LOGGED_IN, "CKR_USER_NOT_LOGGED_IN", kTokenUnavailable, Recovery::kLogIn},

    // The handle is stale. Whether the object is gone too, only a search can tell: kKeyNotFound is
    // TokenConnection's own verdict, for on it callers forget a key.
    {CKR_OBJECT_HANDLE_INVALID, "CKR_OBJECT_HANDLE_INVALID", kTokenUnavailable,
     Recovery::kFindHandle},
    {CKR_KEY_HANDLE_INVALID, "CKR_KEY_HANDLE_INVALID", kTokenUnavailable, Recovery::kFindHandle},
    {CKR_WRAPPING_KEY_HANDLE_INVALID, "CKR_WRAPPING_KEY_HANDLE_INVALID", kTokenUnavailable,
     Recovery::kFindHandle},
    {CKR_UNWRAPPING_KEY_HANDLE_INVALID, "CKR_UNWRAPPING_KEY_HANDLE_INVALID", kTokenUnavailable,
     Recovery::kFindHandle},

    // The module itself is lost, or its slots are others than those it began with: another session
    // would not help.
    {CKR_CRYPTOKI_NOT_INITIALIZED, "CKR_CRYPTOKI_NOT_INITIALIZED", kTokenUnavailable,
     Recovery::kReinitialise},
    {CKR_SLOT_ID_INVALID, "CKR_SLOT_ID_INVALID", kTokenUnavailable, Recovery::kReinitialise},
    {CKR_TOKEN_NOT_RECOGNIZED, "CKR_TOKEN_NOT_RECOGNIZED", kTokenUnavailable,
     Recovery::kReinitialise},
    {CKR_MUTEX_BAD, "CKR_MUTEX_BAD", kTokenUnavailable, Recovery::kReinitialise},
    {CKR_MUTEX_NOT_LOCKED, "CKR_MUTEX_NOT_LOCKED", kTokenUnavailable, Recovery::kReinitialise},
    {CKR_FIPS_SELF_TEST_FAILED, "CKR_FIPS_SELF_TEST_FAILED", kTokenUnavailable,
     Recovery::kReinitialise},

    // The token does not now, and may later.
    {CKR_FUNCTION_FAILED, "CKR_FUNCTION_FAILED", kTokenUnavailable, Recovery::kNone},
    {CKR_FUNCTION_CANCELED, "CKR_FUNCTION_CANCELED", kTokenUnavailable, Recovery::kNone},
    {CKR_USER_ANOTHER_ALREADY_LOGGED_IN, "CKR_USER_ANOTHER_ALREADY_LOGGED_IN", kTokenUnavailable,
     Recovery::kNone},
    {CKR_USER_TOO_MANY_TYPES, "CKR_USER_TOO_MANY_TYPES", kTokenUnavailable, Recovery::kNone},
    {CKR_SESSION_READ_WRITE_SO_EXISTS, "CKR_SESSION_READ_WRITE_SO_EXISTS", kTokenUnavailable,
     Recovery::kNone},
    {CKR_SESSION_COUNT, "CKR_SESSION_COUNT", kBusy, Recovery::kNone},
    {CKR_HOST_MEMORY, "CKR_HOST_MEMORY", kBusy, Recovery::kNone},
    {CKR_DEVICE_MEMORY, "CKR_DEVICE_MEMORY", kBusy, Recovery::kNone},

    // Never repeated: a few wrong PINs lock or wipe a token.
    {CKR_PIN_INCORRECT, "CKR_PIN_INCORRECT", kPinRefused, Recovery::kNone},
    {CKR_PIN_INVALID, "CKR_PIN_INVALID", kPinRefused, Recovery::kNone},
    {CKR_PIN_LEN_RANGE, "CKR_PIN_LEN_RANGE", kPinRefused, Recovery::kNone},
    {CKR_PIN_EXPIRED, "CKR_PIN_EXPIRED", kPinRefused, Recovery::kNone},
    {CKR_PIN_LOCKED, "CKR_PIN_LOCKED", kPinRefused, Recovery::kNone},
    {CKR_PIN_TOO_WEAK, "CKR_PIN_TOO_WEAK", kPinRefused, Recovery::kNone},
    {CKR_USER_PIN_NOT_INITIALIZED, "CKR_USER_PIN_NOT_INITIALIZED", kPinRefused, Recovery::kNone},

    {CKR_MECHANISM_INVALID, "CKR_MECHANISM_INVALID", kUnsupported, Recovery::kNone},
    {CKR_MECHANISM_PARAM_INVALID, "CKR_MECHANISM_PARAM_INVALID", kUnsupported, Recovery::kNone},
    {CKR_FUNCTION_NOT_SUPPORTED, "CKR_FUNCTION_NOT_SUPPORTED", kUnsupported, Recovery::kNone},
    {CKR_RANDOM_NO_RNG, "CKR_RANDOM_NO_RNG", kUnsupported, Recovery::kNone},
    {CKR_CANT_LOCK, "CKR_CANT_LOCK", kUnsupported, Recovery::kNone},
    {CKR_NEED_TO_CREATE_THREADS, "CKR_NEED_TO_CREATE_THREADS", kUnsupported, Recovery::kNone},

    {CKR_KEY_FUNCTION_NOT_PERMITTED, "CKR_KEY_FUNCTION_NOT_PERMITTED", kKeyUnusable,
     Recovery::kNone},
    {CKR_KEY_TYPE_INCONSISTENT, "CKR_KEY_TYPE_INCONSISTENT", kKeyUnusable, Recovery::kNone},
    {CKR_WRAPPING_KEY_TYPE_INCONSISTENT, "CKR_WRAPPING_KEY_TYPE_INCONSISTENT", kKeyUnusable,
     Recovery::kNone},
    {CKR_UNWRAPPING_KEY_TYPE_INCONSISTENT, "CKR_UNWRAPPING_KEY_TYPE_INCONSISTENT", kKeyUnusable,
     Recovery::kNone},
    {CKR_KEY_SIZE_RANGE, "CKR_KEY_SIZE_RANGE", kKeyUnusable, Recovery::kNone},
    {CKR_WRAPPING_KEY_SIZE_RANGE, "CKR_WRAPPING_KEY_SIZE_RANGE", kKeyUnusable, Recovery::kNone},
    {CKR_UNWRAPPING_KEY_SIZE_RANGE, "CKR_UNWRAPPING_KEY_SIZE_RANGE", kKeyUnusable, Recovery::kNone},

    // Named for the log; what they mean is the same as for an unknown value.
    {CKR_GENERAL_ERROR, "CKR_GENERAL_ERROR", kFault, Recovery::kNone},
    {CKR_ARGUMENTS_BAD, "CKR_ARGUMENTS_BAD", kFault, Recovery::kNone},
    {CKR_BUFFER_TOO_SMALL, "CKR_BUFFER_TOO_SMALL", kFault, Recovery::kNone},
    {CKR_ATTRIBUTE_SENSITIVE, "CKR_ATTRIBUTE_SENSITIVE", kFault, Recovery::kNone},
    {CKR_ATTRIBUTE_TYPE_INVALID, "CKR_ATTRIBUTE_TYPE_INVALID", kFault, Recovery::kNone},
    {CKR_ATTRIBUTE_VALUE_INVALID, "CKR_ATTRIBUTE_VALUE_INVALID", kFault, Recovery::kNone},
    {CKR_ATTRIBUTE_READ_ONLY, "CKR_ATTRIBUTE_READ_ONLY", kFault, Recovery::kNone},
    {CKR_TEMPLATE_INCOMPLETE, "CKR_TEMPLATE_INCOMPLETE", kFault, Recovery::kNone},
    {CKR_TEMPLATE_INCONSISTENT, "CKR_TEMPLATE_INCONSISTENT", kFault, Recovery::kNone},
    {CKR_WRAPPED_KEY_INVALID, "CKR_WRAPPED_KEY_INVALID", kFault, Recovery::kNone},
    {CKR_WRAPPED_KEY_LEN_RANGE, "CKR_WRAPPED_KEY_LEN_RANGE", kFault, Recovery::kNone},
    {CKR_SESSION_READ_ONLY, "CKR_SESSION_READ_ONLY", kFault, Recovery::kNone},
    {CKR_KEY_UNEXTRACTABLE, "CKR_KEY_UNEXTRACTABLE", kFault, Recovery::kNone},
    {CKR_KEY_NOT_WRAPPABLE, "CKR_KEY_NOT_WRAPPABLE", kFault, Recovery::kNone},
    {CKR_ACTION_PROHIBITED, "CKR_ACTION_PROHIBITED", kFault, Recovery::kNone},
    {CKR_TOKEN_WRITE_PROTECTED, "CKR_TOKEN_WRITE_PROTECTED", kFault, Recovery::kNone},
    {CKR_DATA_INVALID, "CKR_DATA_INVALID", kFault, Recovery::kNone},
    {CKR_DATA_LEN_RANGE, "CKR_DATA_LEN_RANGE", kFault, Recovery::kNone},
    {CKR_ENCRYPTED_DATA_INVALID, "CKR_ENCRYPTED_DATA_INVALID", kFault, Recovery::kNone},
    {CKR_ENCRYPTED_DATA_LEN_RANGE, "CKR_ENCRYPTED_DATA_LEN_RANGE", kFault, Recovery::kNone},
    {CKR_FUNCTION_REJECTED, "CKR_FUNCTION_REJECTED", kFault, Recovery::kNone},
    {CKR_CANCEL, "CKR_CANCEL", kFault, Recovery::kNone},
    {CKR_USER_TYPE_INVALID, "CKR_USER_TYPE_INVALID", kFault, Recovery::kNone},
    {CKR_USER_ALREADY_LOGGED_IN, "CKR_USER_ALREADY_LOGGED_IN", kFault, Recovery::kNone},
    {CKR_CRYPTOKI_ALREADY_INITIALIZED, "CKR_CRYPTOKI_ALREADY_INITIALIZED", kFault, Recovery::kNone},
    {CKR_LIBRARY_LOAD_FAILED, "CKR_LIBRARY_LOAD_FAILED", kFault, Recovery::kNone},
});

constexpr Meaning kUnknown{CKR_VENDOR_DEFINED, "unknown", kFault, Recovery::kNone};

std::string hexadecimal(CK_RV value) {
  char text[2 + 2 * sizeof value + 1];
  std::snprintf(text, sizeof text, "0x%lx", value);
  return text;
}

}  // namespace

std::span<const Meaning> meanings() {
  return kMeanings;
}

const Meaning& meaningOf(CK_RV value) {
  const auto row = std::ranges::find(kMeanings, value, &Meaning::value);
  return row == kMeanings.end() ? kUnknown : *row;
}

void check(CK_RV value, std::string_view call) {
  if (value == CKR_OK) return;
  const Meaning& meaning = meaningOf(value);
  throw Error(
      meaning.code,
      std::string(call) + " failed: " + std::string(meaning.name) + " (" + hexadecimal(value) + ")",
      call, value);
}

}  // namespace strongroom::hsm::pkcs11

namespace strongroom::hsm {

Reinitialisation reinitialisationFor(const Error& error) {
  const pkcs11::Meaning& meaning = pkcs11::meaningOf(error.returnValue());
  if (meaning.recovery == pkcs11::Recovery::kReinitialise) return Reinitialisation::kNow;
  // The standard's word for anything at all is what some modules say of a device that went away.
  const bool mayBeLost =
      error.code() == ErrorCode::kTokenUnavailable || error.returnValue() == CKR_GENERAL_ERROR;
  return mayBeLost ? Reinitialisation::kWhenItLasts : Reinitialisation::kNotNeeded;
}

}  // namespace strongroom::hsm
