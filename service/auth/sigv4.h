#pragma once

#include <string>

#include "service/auth/credentials.h"
#include "service/auth/error.h"
#include "service/auth/signing_key.h"
#include "service/http/message.h"
#include "service/keys/clock.h"

namespace strongroom::auth {

/// What a signature must be scoped to.
struct Scope {
  std::string region;
  std::string service;  ///< "kms"
};

/// Verifies AWS Signature Version 4 in its header form, from the request's own bytes. Host, the
/// date and every x-amz-* header that is there must be signed, X-Amz-Target among them
/// (x-amz-content-sha256 alone is exempt: the body's hash is computed here). Five minutes of skew;
/// comparison in constant time; an unknown access key costs what a wrong signature costs.
/// Thread-safe.
class SigV4Verifier {
 public:
  SigV4Verifier(Scope scope, Credentials& credentials, const keys::Clock& clock);

  /// Throws auth::Error; hsm::Error when the token cannot derive a secret.
  Principal verify(const http::Request& request, hsm::Deadline deadline) const;

 private:
  void requireScope(const CredentialScope& credential, std::chrono::sys_seconds date) const;

  Scope scope_;
  Credentials& credentials_;
  const keys::Clock& clock_;
  mutable SigningKeyCache signingKeys_;
};

}  // namespace strongroom::auth
