#pragma once

#include <optional>

#include "service/http/route.h"
#include "service/http/server.h"

namespace strongroom::http {

/// What happens between a request's bytes and its answer's: route, limits, deadline, handler,
/// observer. Knows no socket. Thread-safe as far as the handlers are.
class Pipeline {
 public:
  Pipeline(Routes routes, RequestObserver observer);
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;

  /// Where a request goes, or why nowhere. The route is known too when only the method is wrong,
  /// for its dialect.
  struct Match {
    const Route* route = nullptr;
    std::optional<Refusal> refusal;
  };

  /// Looks a head up: exact path, then method, then the size that it declares.
  Match match(const Request& request, std::size_t contentLength) const;

  /// Runs the handler of a complete request, which is to be over by `deadline`. An exception is
  /// logged and becomes Refusal::kFault; `faulted` says so.
  Response run(const Route& route, Request& request, hsm::Deadline deadline, bool& faulted) const;

  /// A refusal in the words of `route`; in those of the path "/" when no route is known, since that
  /// is where the API is; in plain text when the one that was found has none.
  Response refuse(const Route* route, Refusal refusal, const std::string& requestId) const;

  /// Tells the observer of an answer that was sent; never throws.
  void report(const Request& request, const Response& response, double seconds) const noexcept;

 private:
  Routes routes_;
  const Route* root_ = nullptr;  ///< the route at "/", if there is one
  RequestObserver observer_;
};

}  // namespace strongroom::http
