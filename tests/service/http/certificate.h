#pragma once

#include <filesystem>
#include <string>

#include "service/http/server.h"

namespace strongroom::testing {

/// Writes a new self-signed P-256 certificate for `commonName` and 127.0.0.1, valid for `days`, and
/// its key (mode 0600) into `folder`, over what stands there: cert.pem, key.pem.
http::TlsFiles writeSelfSigned(const std::filesystem::path& folder, const std::string& commonName,
                               int days = 2);

}  // namespace strongroom::testing
