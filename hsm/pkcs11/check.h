#pragma once

#include <p11-kit/pkcs11.h>

#include <span>
#include <string_view>

#include "hsm/error.h"

namespace strongroom::hsm::pkcs11 {

/// What has to be mended before a repetition of the failed call can succeed.
enum class Recovery {
  kNone,            ///< nothing that we can mend: give up
  kDiscardSession,  ///< the session is dead or in an unknown state: take another
  kLogIn,           ///< the login is lost
  kFindHandle,      ///< the object handle is stale: find the object again
  kReinitialise,    ///< the module is lost: C_Finalize and C_Initialize, which is not done here but
                    ///< by whoever can stop all of its threads (hsm/reinitialisation.h)
};

/// What one return value means to this layer.
struct Meaning {
  CK_RV value;
  std::string_view name;  ///< "CKR_SESSION_COUNT"
  ErrorCode code;
  Recovery recovery;
};

/// Every return value that has a meaning of its own, or that a log should name; all others are
/// kFault and kNone.
std::span<const Meaning> meanings();

/// The row of `value`, or the row for unknown values.
const Meaning& meaningOf(CK_RV value);

/// Throws Error{code, call, value} unless `value` is CKR_OK: the only place where a CK_RV becomes
/// an exception.
void check(CK_RV value, std::string_view call);

}  // namespace strongroom::hsm::pkcs11
