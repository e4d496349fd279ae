#pragma once

#include <string>

#include "service/auth/principal_shares.h"
#include "service/auth/sigv4.h"
#include "service/http/message.h"
#include "service/http/route.h"
#include "service/operations/context.h"

namespace strongroom::api::aws {

/// The AWS KMS dialect: JSON 1.1 at "POST /", the operation named by X-Amz-Target. Thread-safe.
class Endpoint {
 public:
  Endpoint(operations::Kms& kms, const auth::SigV4Verifier& verifier, auth::PrincipalShares& shares)
      : kms_(kms), verifier_(verifier), shares_(shares) {}

  /// Authenticates, decodes, asks the policy, runs the operation, encodes. Never throws: every
  /// failure is an answer.
  http::Response handle(http::Request& request, hsm::Deadline deadline) const;

  /// A refusal of the server's own, in this dialect's form.
  static http::Response refuse(http::Refusal refusal, const std::string& requestId);

 private:
  operations::Kms& kms_;
  const auth::SigV4Verifier& verifier_;
  auth::PrincipalShares& shares_;
};

}  // namespace strongroom::api::aws
