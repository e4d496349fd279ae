#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "hsm/hsm.h"
#include "service/http/message.h"

namespace strongroom::http {

/// Why the server itself turns a request down before any handler sees it.
enum class Refusal {
  kMalformed,         ///< 400, and the connection ends
  kNotFound,          ///< 404: no such path
  kMethodNotAllowed,  ///< 405
  kTooSlow,           ///< 408: headers or body not complete in time
  kLengthRequired,    ///< 411
  kBodyTooLarge,      ///< 413
  kHeadersTooLarge,   ///< 431
  kOverloaded,        ///< 503: too many connections, or too many requests that wait
  kFault,             ///< 500: a handler let an exception through
};

/// Whose threads run a route's handler: what watches over the service is answered beside the
/// requests, however many of them wait.
enum class Handlers : std::uint8_t {
  kRequests,
  kChecks,   ///< for health checks, which do not block
  kReports,  ///< for what may take a moment, and is asked for seldom
};
inline constexpr std::size_t kHandlers = 3;

/// One line of the route table: everything that holds for a path before its handler runs.
struct Route {
  std::string method;
  std::string path;           ///< compared exactly, as sent
  std::size_t bodyLimit = 0;  ///< bytes
  std::chrono::milliseconds
      patience;  ///< the handler's deadline, from the moment the request is complete
  std::function<Response(Request&, hsm::Deadline)> handle;
  /// Says a refusal in the dialect of this path; the status is set by the server.
  std::function<Response(Refusal, const std::string& requestId)> refuse;
  Handlers handlers = Handlers::kRequests;
};

using Routes = std::vector<Route>;

/// The status code of a refusal.
int statusOf(Refusal refusal);

/// A refusal as plain text, for paths of no dialect.
Response refuseInPlainText(Refusal refusal, const std::string& requestId);

}  // namespace strongroom::http
