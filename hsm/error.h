#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace strongroom::hsm {

/// What a failure means to a caller who knows nothing of PKCS#11.
enum class ErrorCode {
  kBusy,              ///< no session became free before the deadline, or the token says it is busy
  kTokenUnavailable,  ///< the token does not answer, is gone, or its sessions are lost; try again
  kPinRefused,        ///< wrong, expired or locked PIN; never repeated by itself
  kTokenNotFound,     ///< no token matches, or more than one does
  kKeyNotFound,       ///< a search under a proven login found no object of that name
  kKeyUnusable,       ///< the object's attributes break our promises, or its trial failed
  kTokenFull,         ///< the token has no room for another object
  kUnsupported,       ///< the module lacks a mechanism or function that we need
  kFault,             ///< anything else: a defect of ours or of the module
};

/// The code in words for logs and metrics: "busy", "token-unavailable".
std::string_view toString(ErrorCode code);

/// The one exception of this layer. Its text is for logs, never for clients: it may name module,
/// call and return value, and never holds a PIN, a key or a plaintext.
class Error : public std::runtime_error {
 public:
  /// `call` is the PKCS#11 function that failed ("C_Sign"), or "" when the verdict is ours;
  /// `returnValue` its CK_RV.
  Error(ErrorCode code, const std::string& message, std::string_view call = "",
        unsigned long returnValue = 0)
      : std::runtime_error(message), code_(code), call_(call), returnValue_(returnValue) {}

  ErrorCode code() const { return code_; }
  const std::string& call() const { return call_; }
  unsigned long returnValue() const { return returnValue_; }

 private:
  ErrorCode code_;
  std::string call_;
  unsigned long returnValue_;
};

}  // namespace strongroom::hsm
