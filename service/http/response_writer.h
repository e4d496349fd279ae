#pragma once

#include <string_view>

#include "service/http/message.h"

namespace strongroom::http {

/// The Date field's value (RFC 9110, 5.6.7); made anew once a second and thread, and valid until
/// the thread asks again.
std::string_view dateNow();

/// Writes `response` into `out` (whose content goes) as it travels: head and body in one buffer, so
/// that it leaves in one write. `closes`: the connection ends after it. `withBody` is false for an
/// answer to HEAD.
void serialise(const Response& response, bool closes, bool withBody, SecretChars& out);

}  // namespace strongroom::http
