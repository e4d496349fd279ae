#pragma once

#include "hsm/pkcs11/examination/examiner.h"

namespace strongroom::hsm::pkcs11::examination {

/// The child's work: loads the module, logs in, destroys what a killed examination left, and does
/// the exercises from number `from` on. Reports what comes of it, an hsm::Error among it.
void examine(const TokenOptions& options, const SecretBytes& pin, std::size_t from,
             std::chrono::milliseconds speedTime, Learned& learned, Report& report);

}  // namespace strongroom::hsm::pkcs11::examination
