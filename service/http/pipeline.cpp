#include "service/http/pipeline.h"

#include <Poco/Logger.h>

#include <algorithm>
#include <exception>

namespace strongroom::http {

namespace {

void logFault(const std::string& requestId, const char* what) {
  Poco::Logger::get("http").error("request " + requestId + ": the handler failed: " + what);
}

}  // namespace

Pipeline::Pipeline(Routes routes, RequestObserver observer)
    : routes_(std::move(routes)), observer_(std::move(observer)) {
  const auto root = std::ranges::find(routes_, "/", &Route::path);
  if (root != routes_.end()) root_ = &*root;
}

Pipeline::Match Pipeline::match(const Request& request, std::size_t contentLength) const {
  Match match{nullptr, Refusal::kNotFound};
  for (const Route& route : routes_) {
    if (route.path != request.path) continue;
    if (route.method != request.method) {
      match = {&route, Refusal::kMethodNotAllowed};
      continue;
    }
    if (contentLength > route.bodyLimit) return {&route, Refusal::kBodyTooLarge};
    return {&route, std::nullopt};
  }
  return match;
}

Response Pipeline::run(const Route& route, Request& request, hsm::Deadline deadline,
                       bool& faulted) const {
  try {
    faulted = false;
    return route.handle(request, deadline);
  } catch (const std::exception& error) {
    logFault(request.requestId, error.what());
  } catch (...) {
    logFault(request.requestId, "unknown exception");
  }
  faulted = true;
  return refuse(&route, Refusal::kFault, request.requestId);
}

Response Pipeline::refuse(const Route* route, Refusal refusal, const std::string& requestId) const {
  const Route* speaker = route ? route : root_;
  Response response = speaker && speaker->refuse ? speaker->refuse(refusal, requestId)
                                                 : refuseInPlainText(refusal, requestId);
  response.status = statusOf(refusal);
  if (refusal == Refusal::kOverloaded) response.headers.push_back({"Retry-After", "1"});
  if (route && refusal == Refusal::kMethodNotAllowed) {
    std::string allowed;
    for (const Route& other : routes_) {
      if (other.path == route->path)
        allowed.append(allowed.empty() ? "" : ", ").append(other.method);
    }
    response.headers.push_back({"Allow", std::move(allowed)});
  }
  return response;
}

void Pipeline::report(const Request& request, const Response& response,
                      double seconds) const noexcept {
  if (!observer_) return;
  try {
    observer_(request, response, seconds);
  } catch (const std::exception& error) {
    logFault(request.requestId, error.what());
  }
}

}  // namespace strongroom::http
