#pragma once

#include <stdexcept>
#include <string>

namespace strongroom::operations {

/// Why an operation refuses, in the terms of AWS KMS's exceptions; other dialects map them to their
/// own.
enum class ErrorCode {
  kAccessDenied,
  kAlreadyExists,
  kConflict,
  kDisabled,
  kDryRun,
  kIncorrectKey,
  kInvalidAliasName,
  kInvalidArn,
  kInvalidCiphertext,
  kInvalidKeyUsage,
  kInvalidMarker,
  kInvalidState,
  kLimitExceeded,
  kMalformedPolicy,
  kNotFound,
  kTag,
  kUnsupportedOperation,
  kValidation,
  kCount
};

/// The one exception of this layer: the caller's fault, with the text the caller gets (AWS's own
/// where recorded; empty where AWS sends none). Nothing was changed when it is thrown. Faults of
/// ours are hsm::Error and keys::StoreError.
class Error : public std::runtime_error {
 public:
  explicit Error(ErrorCode code, const std::string& message = "")
      : std::runtime_error(message), code_(code) {}
  ErrorCode code() const { return code_; }

 private:
  ErrorCode code_;
};

}  // namespace strongroom::operations
