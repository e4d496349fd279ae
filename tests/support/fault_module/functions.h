#pragma once

#include <p11-kit/pkcs11.h>

#include <cstdint>
#include <tuple>

#include "tests/support/fault_channel.h"

namespace strongroom::testing {

/// Places in a list of arguments, as bits.
using Places = std::uint32_t;

constexpr Places at(auto... places) {
  return (0U | ... | (1U << places));
}

/// Where the handles of a function are: read from its arguments, and written through them. A
/// function that takes a session takes it first. `kBuffer` is where its output goes, its length
/// being behind the next argument; -1 when it has no such output.
template <std::size_t kItsPlace, auto kItsMember, bool kHasSession, Places kRead, Places kWritten,
          int kBuffer>
struct FunctionRow {
  static constexpr std::size_t kPlace = kItsPlace;
  static constexpr auto kMember = kItsMember;
  static constexpr bool kTakesSession = kHasSession;
  static constexpr Places kObjectsIn = kRead;
  static constexpr Places kObjectsOut = kWritten;
  static constexpr int kOutput = kBuffer;
};

// One macro, so that a name cannot differ from its member.
#define STRONGROOM_FUNCTION(name, ...) \
  FunctionRow<placeOf(#name), &CK_FUNCTION_LIST::name, __VA_ARGS__>

using FunctionRows = std::tuple<STRONGROOM_FUNCTION(C_Initialize, false, at(), at(), -1),
                                STRONGROOM_FUNCTION(C_Finalize, false, at(), at(), -1),
                                STRONGROOM_FUNCTION(C_GetInfo, false, at(), at(), -1),
                                STRONGROOM_FUNCTION(C_GetSlotList, false, at(), at(), -1),
                                STRONGROOM_FUNCTION(C_GetSlotInfo, false, at(), at(), -1),
                                STRONGROOM_FUNCTION(C_GetTokenInfo, false, at(), at(), -1),
                                STRONGROOM_FUNCTION(C_GetMechanismList, false, at(), at(), -1),
                                STRONGROOM_FUNCTION(C_GetMechanismInfo, false, at(), at(), -1),
                                STRONGROOM_FUNCTION(C_InitToken, false, at(), at(), -1),
                                STRONGROOM_FUNCTION(C_InitPIN, true, at(), at(), -1),
                                STRONGROOM_FUNCTION(C_SetPIN, true, at(), at(), -1),
                                STRONGROOM_FUNCTION(C_OpenSession, false, at(), at(), -1),
                                STRONGROOM_FUNCTION(C_CloseSession, true, at(), at(), -1),
                                STRONGROOM_FUNCTION(C_CloseAllSessions, false, at(), at(), -1),
                                STRONGROOM_FUNCTION(C_GetSessionInfo, true, at(), at(), -1),
                                STRONGROOM_FUNCTION(C_GetOperationState, true, at(), at(), 1),
                                STRONGROOM_FUNCTION(C_SetOperationState, true, at(3, 4), at(), -1),
                                STRONGROOM_FUNCTION(C_Login, true, at(), at(), -1),
                                STRONGROOM_FUNCTION(C_Logout, true, at(), at(), -1),
                                STRONGROOM_FUNCTION(C_CreateObject, true, at(), at(3), -1),
                                STRONGROOM_FUNCTION(C_CopyObject, true, at(1), at(4), -1),
                                STRONGROOM_FUNCTION(C_DestroyObject, true, at(1), at(), -1),
                                STRONGROOM_FUNCTION(C_GetObjectSize, true, at(1), at(), -1),
                                STRONGROOM_FUNCTION(C_GetAttributeValue, true, at(1), at(), -1),
                                STRONGROOM_FUNCTION(C_SetAttributeValue, true, at(1), at(), -1),
                                STRONGROOM_FUNCTION(C_FindObjectsInit, true, at(), at(), -1),
                                STRONGROOM_FUNCTION(C_FindObjects, true, at(), at(), -1),
                                STRONGROOM_FUNCTION(C_FindObjectsFinal, true, at(), at(), -1),
                                STRONGROOM_FUNCTION(C_EncryptInit, true, at(2), at(), -1),
                                STRONGROOM_FUNCTION(C_Encrypt, true, at(), at(), 3),
                                STRONGROOM_FUNCTION(C_EncryptUpdate, true, at(), at(), 3),
                                STRONGROOM_FUNCTION(C_EncryptFinal, true, at(), at(), 1),
                                STRONGROOM_FUNCTION(C_DecryptInit, true, at(2), at(), -1),
                                STRONGROOM_FUNCTION(C_Decrypt, true, at(), at(), 3),
                                STRONGROOM_FUNCTION(C_DecryptUpdate, true, at(), at(), 3),
                                STRONGROOM_FUNCTION(C_DecryptFinal, true, at(), at(), 1),
                                STRONGROOM_FUNCTION(C_DigestInit, true, at(), at(), -1),
                                STRONGROOM_FUNCTION(C_Digest, true, at(), at(), 3),
                                STRONGROOM_FUNCTION(C_DigestUpdate, true, at(), at(), -1),
                                STRONGROOM_FUNCTION(C_DigestKey, true, at(1), at(), -1),
                                STRONGROOM_FUNCTION(C_DigestFinal, true, at(), at(), 1),
                                STRONGROOM_FUNCTION(C_SignInit, true, at(2), at(), -1),
                                STRONGROOM_FUNCTION(C_Sign, true, at(), at(), 3),
                                STRONGROOM_FUNCTION(C_SignUpdate, true, at(), at(), -1),
                                STRONGROOM_FUNCTION(C_SignFinal, true, at(), at(), 1),
                                STRONGROOM_FUNCTION(C_SignRecoverInit, true, at(2), at(), -1),
                                STRONGROOM_FUNCTION(C_SignRecover, true, at(), at(), 3),
                                STRONGROOM_FUNCTION(C_VerifyInit, true, at(2), at(), -1),
                                STRONGROOM_FUNCTION(C_Verify, true, at(), at(), -1),
                                STRONGROOM_FUNCTION(C_VerifyUpdate, true, at(), at(), -1),
                                STRONGROOM_FUNCTION(C_VerifyFinal, true, at(), at(), -1),
                                STRONGROOM_FUNCTION(C_VerifyRecoverInit, true, at(2), at(), -1),
                                STRONGROOM_FUNCTION(C_VerifyRecover, true, at(), at(), 3),
                                STRONGROOM_FUNCTION(C_DigestEncryptUpdate, true, at(), at(), 3),
                                STRONGROOM_FUNCTION(C_DecryptDigestUpdate, true, at(), at(), 3),
                                STRONGROOM_FUNCTION(C_SignEncryptUpdate, true, at(), at(), 3),
                                STRONGROOM_FUNCTION(C_DecryptVerifyUpdate, true, at(), at(), 3),
                                STRONGROOM_FUNCTION(C_GenerateKey, true, at(), at(4), -1),
                                STRONGROOM_FUNCTION(C_GenerateKeyPair, true, at(), at(6, 7), -1),
                                STRONGROOM_FUNCTION(C_WrapKey, true, at(2, 3), at(), 4),
                                STRONGROOM_FUNCTION(C_UnwrapKey, true, at(2), at(7), -1),
                                STRONGROOM_FUNCTION(C_DeriveKey, true, at(2), at(5), -1),
                                STRONGROOM_FUNCTION(C_SeedRandom, true, at(), at(), -1),
                                STRONGROOM_FUNCTION(C_GenerateRandom, true, at(), at(), -1),
                                STRONGROOM_FUNCTION(C_GetFunctionStatus, true, at(), at(), -1),
                                STRONGROOM_FUNCTION(C_CancelFunction, true, at(), at(), -1),
                                STRONGROOM_FUNCTION(C_WaitForSlotEvent, false, at(), at(), -1)>;

#undef STRONGROOM_FUNCTION

// C_GetFunctionList is the module's own.
static_assert(std::tuple_size_v<FunctionRows> + 1 == kPkcs11Functions.size());

}  // namespace strongroom::testing
