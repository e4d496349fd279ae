#pragma once

#include <string>
#include <vector>

#include "hsm/secret_bytes.h"
#include "service/auth/sigv4.h"
#include "service/http/message.h"

namespace strongroom::auth {

/// Signs requests as a client would, but obeys whatever it is told to sign: for requests whose
/// signature is right and which must be refused all the same. Whether its signatures are right, the
/// vectors say.
struct Signer {
  std::string accessKeyId;
  const SecretBytes& secretAccessKey;
  Scope scope;
  std::string terminator = "aws4_request";

  /// Adds the Authorization header. `signedHeaders` are lower-case and sorted; `date`
  /// ("20231114T221320Z") is what the request says, and its first eight characters are the scope's
  /// unless `scopeDate` is given.
  void sign(http::Request& request, const std::vector<std::string>& signedHeaders,
            const std::string& date, const std::string& scopeDate = "") const;
};

}  // namespace strongroom::auth
