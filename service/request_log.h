#pragma once

#include "service/http/message.h"

namespace strongroom::service {

/// Logs one line for an answered request through the logger "http": who asked for what, and what
/// came of it; never a body or a header. Successes at level debug (a line costs a part of a data
/// key's time), refusals of a proven caller at information, of anyone else at debug (they could be
/// made without end), faults of ours at error.
void logRequest(const http::Request& request, const http::Response& response, double seconds);

}  // namespace strongroom::service
