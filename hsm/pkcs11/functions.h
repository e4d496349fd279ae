#pragma once

#include <p11-kit/pkcs11.h>

#include <array>
#include <cstddef>
#include <string_view>

namespace strongroom::hsm::pkcs11 {

/// The PKCS#11 functions that this layer calls, in the order of the standard: the rows of the call
/// counters.
inline constexpr std::array kFunctionNames = std::to_array<std::string_view>({
    "C_GetInfo",
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
    "C_GetSessionInfo",
    "C_Login",
    "C_Logout",
    "C_CreateObject",
    "C_CopyObject",
    "C_DestroyObject",
    "C_GetAttributeValue",
    "C_SetAttributeValue",
    "C_FindObjectsInit",
    "C_FindObjects",
    "C_FindObjectsFinal",
    "C_EncryptInit",
    "C_Encrypt",
    "C_DecryptInit",
    "C_Decrypt",
    "C_SignInit",
    "C_Sign",
    "C_GenerateKey",
    "C_WrapKey",
    "C_UnwrapKey",
    "C_DeriveKey",
    "C_GenerateRandom",
});

/// One PKCS#11 function: its place in the function list and its row in the counters.
template <class Pointer>
struct Function {
  /// Does not compile for a name that kFunctionNames lacks.
  consteval Function(std::string_view functionName, Pointer CK_FUNCTION_LIST::*functionMember)
      : member(functionMember) {
    while (kFunctionNames[row] != functionName) ++row;
  }
  constexpr std::string_view name() const { return kFunctionNames[row]; }

  Pointer CK_FUNCTION_LIST::*member;
  std::size_t row = 0;
};

inline constexpr Function kGetInfo{"C_GetInfo", &CK_FUNCTION_LIST::C_GetInfo};
inline constexpr Function kGetSlotList{"C_GetSlotList", &CK_FUNCTION_LIST::C_GetSlotList};
inline constexpr Function kGetSlotInfo{"C_GetSlotInfo", &CK_FUNCTION_LIST::C_GetSlotInfo};
inline constexpr Function kGetTokenInfo{"C_GetTokenInfo", &CK_FUNCTION_LIST::C_GetTokenInfo};
inline constexpr Function kGetMechanismList{"C_GetMechanismList",
                                            &CK_FUNCTION_LIST::C_GetMechanismList};
inline constexpr Function kGetMechanismInfo{"C_GetMechanismInfo",
                                            &CK_FUNCTION_LIST::C_GetMechanismInfo};
inline constexpr Function kInitToken{"C_InitToken", &CK_FUNCTION_LIST::C_InitToken};
inline constexpr Function kInitPin{"C_InitPIN", &CK_FUNCTION_LIST::C_InitPIN};
inline constexpr Function kSetPin{"C_SetPIN", &CK_FUNCTION_LIST::C_SetPIN};
inline constexpr Function kOpenSession{"C_OpenSession", &CK_FUNCTION_LIST::C_OpenSession};
inline constexpr Function kCloseSession{"C_CloseSession", &CK_FUNCTION_LIST::C_CloseSession};
inline constexpr Function kGetSessionInfo{"C_GetSessionInfo", &CK_FUNCTION_LIST::C_GetSessionInfo};
inline constexpr Function kLogin{"C_Login", &CK_FUNCTION_LIST::C_Login};
inline constexpr Function kLogout{"C_Logout", &CK_FUNCTION_LIST::C_Logout};
inline constexpr Function kCreateObject{"C_CreateObject", &CK_FUNCTION_LIST::C_CreateObject};
inline constexpr Function kCopyObject{"C_CopyObject", &CK_FUNCTION_LIST::C_CopyObject};
inline constexpr Function kDestroyObject{"C_DestroyObject", &CK_FUNCTION_LIST::C_DestroyObject};
inline constexpr Function kGetAttributeValue{"C_GetAttributeValue",
                                             &CK_FUNCTION_LIST::C_GetAttributeValue};
inline constexpr Function kSetAttributeValue{"C_SetAttributeValue",
                                             &CK_FUNCTION_LIST::C_SetAttributeValue};
inline constexpr Function kFindObjectsInit{"C_FindObjectsInit",
                                           &CK_FUNCTION_LIST::C_FindObjectsInit};
inline constexpr Function kFindObjects{"C_FindObjects", &CK_FUNCTION_LIST::C_FindObjects};
inline constexpr Function kFindObjectsFinal{"C_FindObjectsFinal",
                                            &CK_FUNCTION_LIST::C_FindObjectsFinal};
inline constexpr Function kEncryptInit{"C_EncryptInit", &CK_FUNCTION_LIST::C_EncryptInit};
inline constexpr Function kEncrypt{"C_Encrypt", &CK_FUNCTION_LIST::C_Encrypt};
inline constexpr Function kDecryptInit{"C_DecryptInit", &CK_FUNCTION_LIST::C_DecryptInit};
inline constexpr Function kDecrypt{"C_Decrypt", &CK_FUNCTION_LIST::C_Decrypt};
inline constexpr Function kSignInit{"C_SignInit", &CK_FUNCTION_LIST::C_SignInit};
inline constexpr Function kSign{"C_Sign", &CK_FUNCTION_LIST::C_Sign};
inline constexpr Function kGenerateKey{"C_GenerateKey", &CK_FUNCTION_LIST::C_GenerateKey};
inline constexpr Function kWrapKey{"C_WrapKey", &CK_FUNCTION_LIST::C_WrapKey};
inline constexpr Function kUnwrapKey{"C_UnwrapKey", &CK_FUNCTION_LIST::C_UnwrapKey};
inline constexpr Function kDeriveKey{"C_DeriveKey", &CK_FUNCTION_LIST::C_DeriveKey};
inline constexpr Function kGenerateRandom{"C_GenerateRandom", &CK_FUNCTION_LIST::C_GenerateRandom};

}  // namespace strongroom::hsm::pkcs11
