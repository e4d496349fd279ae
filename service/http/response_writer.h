#pragma once

#include "service/http/message.h"

namespace strongroom::http {

/// Writes `response` into `out` (whose content goes) as it travels: head and body in one buffer, so
/// that it leaves in one write. `closes`: the connection ends after it. `withBody` is false for an
/// answer to HEAD.
void serialise(const Response& response, bool closes, bool withBody, SecretChars& out);

}  // namespace strongroom::http
