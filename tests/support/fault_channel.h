#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

namespace strongroom::testing {

/// Every function of PKCS#11 v2.40, in the order of CK_FUNCTION_LIST.
inline constexpr std::array kPkcs11Functions = std::to_array<std::string_view>({
    "C_Initialize",
    "C_Finalize",
    "C_GetInfo",
    "C_GetFunctionList",
    "C_GetSlotList",
    "C_GetSlotInfo",
    "C_GetTokenInfo",
    "C_GetMechanismList",
    "C_GetMechanismInfo",
    "C_InitToken",
    "C_InitPIN",
    "C_SetPIN",
    "C_OpenSession",
    "C_CloseSession",
    "C_CloseAllSessions",
    "C_GetSessionInfo",
    "C_GetOperationState",
    "C_SetOperationState",
    "C_Login",
    "C_Logout",
    "C_CreateObject",
    "C_CopyObject",
    "C_DestroyObject",
    "C_GetObjectSize",
    "C_GetAttributeValue",
    "C_SetAttributeValue",
    "C_FindObjectsInit",
    "C_FindObjects",
    "C_FindObjectsFinal",
    "C_EncryptInit",
    "C_Encrypt",
    "C_EncryptUpdate",
    "C_EncryptFinal",
    "C_DecryptInit",
    "C_Decrypt",
    "C_DecryptUpdate",
    "C_DecryptFinal",
    "C_DigestInit",
    "C_Digest",
    "C_DigestUpdate",
    "C_DigestKey",
    "C_DigestFinal",
    "C_SignInit",
    "C_Sign",
    "C_SignUpdate",
    "C_SignFinal",
    "C_SignRecoverInit",
    "C_SignRecover",
    "C_VerifyInit",
    "C_Verify",
    "C_VerifyUpdate",
    "C_VerifyFinal",
    "C_VerifyRecoverInit",
    "C_VerifyRecover",
    "C_DigestEncryptUpdate",
    "C_DecryptDigestUpdate",
    "C_SignEncryptUpdate",
    "C_DecryptVerifyUpdate",
    "C_GenerateKey",
    "C_GenerateKeyPair",
    "C_WrapKey",
    "C_UnwrapKey",
    "C_DeriveKey",
    "C_SeedRandom",
    "C_GenerateRandom",
    "C_GetFunctionStatus",
    "C_CancelFunction",
    "C_WaitForSlotEvent",
});

/// The place of `name` in kPkcs11Functions; its size when there is no such function.
constexpr std::size_t placeOf(std::string_view name) {
  std::size_t place = 0;
  while (place < kPkcs11Functions.size() && kPkcs11Functions[place] != name) ++place;
  return place;
}

/// What the fault module does to a call.
enum class FaultAction : std::uint32_t {
  kDelay,              ///< the call is made late
  kHang,               ///< the call is not made before the fault ends
  kFail,               ///< the call is not made; it answers `value`
  kFailAfterwards,     ///< the call is made, and answers `value` all the same
  kLoseSession,        ///< before the call its session is closed
  kDropSessions,       ///< before the call every session of the process is closed, as by another
                       ///< part of it
  kLogOut,             ///< before the call the login is ended
  kInvalidateHandles,  ///< before the call every object gets another handle
  kShiftHandles,       ///< before the call every object gets the handle of another
  kReboot,             ///< before the call all sessions and the login are lost, and the token
                       ///< counts its handles from the start again
  kRemoveToken,        ///< kReboot, and every call answers `value` until the fault ends
  kLoseModule,         ///< every call answers `value`, also when the fault has ended, until the
                       ///< process calls C_Finalize and C_Initialize, or another one is begun
  kCorrupt,            ///< the call is made, and what it answers is changed in one place
  kWrongLength,        ///< the call is made, and what it answers has another length
  kLoseObject,         ///< the call is made, and the object that it made is gone
  kCrash,              ///< SIGSEGV
  kAbort,              ///< SIGABRT
  kLeak,               ///< `value` bytes of memory are lost
};

/// One fault, as it lies in the shared memory. All but `armed` is written while it is not armed.
struct FaultRule {
  static constexpr std::uint32_t kAnyFunction = std::numeric_limits<std::uint32_t>::max();

  std::atomic<std::uint32_t> armed;     ///< 0: not; else a number that no arming before it had
  std::atomic<std::uint32_t> function;  ///< its place in kPkcs11Functions, or kAnyFunction
  std::atomic<FaultAction> action;
  std::atomic<bool> tokenObjectsOnly;
  std::atomic<std::uint64_t> value;
  std::atomic<std::uint64_t> microseconds;
  std::atomic<std::uint64_t> skip;   ///< calls that are left alone first
  std::atomic<std::uint64_t> every;  ///< of those after, each which one is meant; at least 1
  std::atomic<std::uint64_t> times;  ///< how many calls are meant
  std::atomic<std::uint64_t> seen;
  std::atomic<std::uint64_t> applied;
};

/// The sessions that one process holds open.
struct FaultProcess {
  std::atomic<std::int32_t> pid;
  std::atomic<std::int64_t> sessions;
};

/// The memory that a test and every process with the fault module share, in the file that
/// kFaultChannelVariable names. All zero is a channel without faults.
struct FaultChannel {
  std::array<FaultRule, 4> rules;
  std::array<FaultProcess, 64> processes;
  std::array<std::atomic<std::uint64_t>, kPkcs11Functions.size()> calls;
};
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

inline constexpr const char* kFaultChannelVariable = "STRONGROOM_FAULT_CHANNEL";

/// The module that is really called; SoftHSM when the variable is not set.
inline constexpr const char* kFaultTargetVariable = "STRONGROOM_FAULT_TARGET";

}  // namespace strongroom::testing
