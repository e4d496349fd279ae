#pragma once

#include <p11-kit/pkcs11.h>

#include <string>
#include <vector>

namespace strongroom::hsm::pkcs11::examination {

/// PKCS#11 v3.0's number for key wrap with padding by RFC 5649; v2.40's header has none.
inline constexpr CK_MECHANISM_TYPE kAesKeyWrapKwp = 0x210b;

/// "CKR_KEY_UNEXTRACTABLE"; "0x80000001" for values of a vendor's own. More than check.h knows:
/// that one names what has a meaning to the service, this one whatever a module may say.
std::string nameOfReturnValue(CK_RV value);

/// "CKM_AES_KEY_WRAP"; the number for mechanisms that nothing here has to do with.
std::string nameOfMechanism(CK_MECHANISM_TYPE type);

/// "CKF_WRAP", "CKF_UNWRAP"
std::vector<std::string> namesOfMechanismFlags(CK_FLAGS flags);

/// "CKF_LOGIN_REQUIRED"
std::vector<std::string> namesOfTokenFlags(CK_FLAGS flags);

}  // namespace strongroom::hsm::pkcs11::examination
