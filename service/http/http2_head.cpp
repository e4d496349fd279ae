#include "service/http/http2_head.h"

#include <algorithm>
#include <charconv>

namespace strongroom::http {

namespace {

constexpr std::size_t kMaxFields = 100;
constexpr std::size_t kFieldOverhead = 32;

}  // namespace

void Http2Head::add(std::string_view name, std::string_view value, Request& request) {
  size_ += name.size() + value.size() + kFieldOverhead;
  if (size_ > limit_ || request.headers.size() == kMaxFields) tooLarge_ = true;
  if (tooLarge_) return;
  if (name.starts_with(':')) return addPseudo(name, value, request);
  if (name == "host") return setHost(value, false, request);
  if (name == "content-length") setLength(value);
  if (name == "expect") {
    expectsContinue_ = equalNames(value, "100-continue");
    malformed_ |= !expectsContinue_;
  }
  request.headers.push_back({std::string(name), std::string(value)});
}

void Http2Head::addPseudo(std::string_view name, std::string_view value, Request& request) {
  if (name == ":method") {
    request.method = value;
  } else if (name == ":path") {
    setTarget(value, request);
  } else if (name == ":scheme") {
    https_ = value == "https";
  } else if (name == ":authority") {
    setHost(value, true, request);
  } else {
    malformed_ = true;
  }
}

void Http2Head::setTarget(std::string_view target, Request& request) {
  const auto printable = [](char c) { return c > 0x20 && c < 0x7F && c != '#'; };
  malformed_ |= !target.starts_with('/') || !std::ranges::all_of(target, printable);
  const std::size_t mark = target.find('?');
  request.path = target.substr(0, mark);
  if (mark != std::string_view::npos) request.query = target.substr(mark + 1);
}

void Http2Head::setHost(std::string_view value, bool isAuthority, Request& request) {
  malformed_ |= value.empty() || value.find_first_of(" \t,/@") != std::string_view::npos;
  if (host_) {
    // Two names for one place are fine while they are the same (RFC 9113, 8.3.1); one is kept.
    malformed_ |= *host_ != value;
    return;
  }
  host_ = value;
  const auto where = isAuthority ? request.headers.begin() : request.headers.end();
  request.headers.insert(where, {"host", std::string(value)});
}

void Http2Head::setLength(std::string_view value) {
  std::size_t length = 0;
  const auto [end, problem] = std::from_chars(value.data(), value.data() + value.size(), length);
  malformed_ |= length_.has_value() || problem != std::errc() || end != value.data() + value.size();
  length_ = length;
}

std::optional<Refusal> Http2Head::objection(const Request& request) const {
  if (tooLarge_) return Refusal::kHeadersTooLarge;
  const bool complete = https_ && host_ && !request.method.empty() && !request.path.empty();
  if (malformed_ || !complete || request.method == "CONNECT") return Refusal::kMalformed;
  return std::nullopt;
}

}  // namespace strongroom::http
