#pragma once

#include <p11-kit/pkcs11.h>

#include <string_view>

#include "hsm/hsm.h"
#include "hsm/pkcs11/profile.h"

namespace strongroom::hsm::pkcs11 {

/// A way of wrapping as one kind of token numbers it.
struct WrapMechanism {
  WrapMethod method = WrapMethod::kAesKeyWrap;
  CK_MECHANISM_TYPE type = CKM_AES_KEY_WRAP;
};

/// How tokens of this profile wrap by `method`.
constexpr WrapMechanism wrapMechanism(const Profile& profile, WrapMethod method) {
  return {method, method == WrapMethod::kAesKeyWrap ? profile.aesKeyWrap : CKM_AES_CBC_PAD};
}

/// The mechanism's name in the standard, for messages.
constexpr std::string_view nameOf(WrapMethod method) {
  return method == WrapMethod::kAesKeyWrap ? "CKM_AES_KEY_WRAP" : "CKM_AES_CBC_PAD";
}

}  // namespace strongroom::hsm::pkcs11
