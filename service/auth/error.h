#pragma once

#include <stdexcept>
#include <string>

namespace strongroom::auth {

/// Why a caller is not believed.
enum class ErrorCode {
  kMissingAuthentication,  ///< no Authorization header
  kIncompleteSignature,    ///< the header lacks a part, or a header that must be signed is not
  kUnrecognizedClient,     ///< unknown access key, or a session token (we issue none)
  kInvalidSignature,       ///< wrong signature, stale or future date, wrong scope
  kThrottled,              ///< believed, but has as many requests in progress as it may
};

/// Thrown by the verifiers; the text is for the client and holds nothing secret.
class Error : public std::runtime_error {
 public:
  Error(ErrorCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
  ErrorCode code() const { return code_; }

 private:
  ErrorCode code_;
};

}  // namespace strongroom::auth
