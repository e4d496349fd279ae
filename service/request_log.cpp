#include "service/request_log.h"

#include <Poco/Logger.h>

#include <array>
#include <cstdio>

namespace strongroom::service {

namespace {

Poco::Message::Priority priorityOf(const http::Response& response) {
  // What broke on our side is told whoever asked.
  if (!response.fault.empty()) return Poco::Message::PRIO_ERROR;
  // Strangers shall not fill the disk; the metrics count what they were refused.
  if (response.caller.empty()) return Poco::Message::PRIO_DEBUG;
  if (response.status >= 500) return Poco::Message::PRIO_ERROR;
  return response.status >= 400 ? Poco::Message::PRIO_INFORMATION : Poco::Message::PRIO_DEBUG;
}

void append(std::string& line, const char* name, std::string_view value) {
  line.append(" ").append(name).append("=").append(value.empty() ? "-" : value);
}

}  // namespace

void logRequest(const http::Request& request, const http::Response& response, double seconds) {
  static Poco::Logger& logger = Poco::Logger::get("http");
  const Poco::Message::Priority priority = priorityOf(response);
  if (!logger.is(priority)) return;
  std::array<char, 32> milliseconds{};
  std::snprintf(milliseconds.data(), milliseconds.size(), "%.3f", seconds * 1000);

  std::string line = "request " + request.requestId;
  append(line, "peer", request.peer);
  append(line, "caller", response.caller);
  append(line, "operation", response.operation);
  append(line, "status", std::to_string(response.status));
  append(line, "error", response.error);
  append(line, "ms", milliseconds.data());
  if (!response.fault.empty()) append(line, "fault", "\"" + response.fault + "\"");
  logger.log(Poco::Message("http", line, priority));
}

}  // namespace strongroom::service
