#include "service/http/response_writer.h"

#include <array>
#include <charconv>
#include <ctime>
#include <string>

namespace strongroom::http {

namespace {

struct Reason {
  int status;
  std::string_view text;
};

constexpr std::array kReasons{
    Reason{200, "OK"},
    Reason{400, "Bad Request"},
    Reason{403, "Forbidden"},
    Reason{404, "Not Found"},
    Reason{405, "Method Not Allowed"},
    Reason{408, "Request Timeout"},
    Reason{411, "Length Required"},
    Reason{413, "Content Too Large"},
    Reason{431, "Request Header Fields Too Large"},
    Reason{500, "Internal Server Error"},
    Reason{503, "Service Unavailable"},
};

/// The reason phrase of a status; clients ignore it, people read it.
std::string_view reasonOf(int status) {
  for (const Reason& reason : kReasons) {
    if (reason.status == status) return reason.text;
  }
  return "";
}

void append(SecretChars& out, std::string_view text) {
  out.insert(out.end(), text.begin(), text.end());
}

void append(SecretChars& out, std::size_t number) {
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.insert(out.end(), digits.data(), end);
}

}  // namespace

std::string_view dateNow() {
  thread_local std::time_t cachedFor = -1;
  thread_local std::array<char, 32> text;
  thread_local std::size_t size = 0;
  timespec now{};
  clock_gettime(CLOCK_REALTIME_COARSE, &now);
  if (now.tv_sec != cachedFor) {
    std::tm parts{};
    gmtime_r(&now.tv_sec, &parts);
    size = std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    cachedFor = now.tv_sec;
  }
  return {text.data(), size};
}

void serialise(const Response& response, bool closes, bool withBody, SecretChars& out) {
  constexpr std::size_t kHeadRoom = 512;
  out.clear();
  out.reserve(kHeadRoom + response.body.size());
  append(out, "HTTP/1.1 ");
  append(out, static_cast<std::size_t>(response.status));
  append(out, " ");
  append(out, reasonOf(response.status));
  append(out, "\r\nDate: ");
  append(out, dateNow());
  if (!response.contentType.empty()) {
    append(out, "\r\nContent-Type: ");
    append(out, response.contentType);
  }
  for (const Header& field : response.headers) {
    append(out, "\r\n");
    append(out, field.name);
    append(out, ": ");
    append(out, field.value);
  }
  append(out, "\r\nContent-Length: ");
  append(out, response.body.size());
  if (closes) append(out, "\r\nConnection: close");
  append(out, "\r\n\r\n");
  if (withBody) append(out, std::string_view(response.body.data(), response.body.size()));
}

}  // namespace strongroom::http
