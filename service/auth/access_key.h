#pragma once

#include <string>
#include <string_view>

#include "hsm/hsm.h"
#include "hsm/secret_bytes.h"

namespace strongroom::auth {

/// A new access key id: "SRAK" and 16 characters of base32, 80 bits from the token's generator.
std::string newAccessKeyId(hsm::Hsm& hsm, hsm::Deadline deadline);

/// True when `text` has the shape of an access key id of ours. What has not is refused before the
/// store is asked.
bool isAccessKeyId(std::string_view text);

/// The secret access key that belongs to an access key id: 40 characters, derived in the token by
/// its binding key, so that it is stored nowhere and the metadata store holds no secret
/// (docs/adr/0002-derived-access-keys.md).
SecretBytes secretAccessKey(hsm::Hsm& hsm, const std::string& accessKeyId, hsm::Deadline deadline);

}  // namespace strongroom::auth
