#include "service/http/http1_protocol.h"

#include <algorithm>
#include <utility>

#include "service/http/request_id.h"
#include "service/http/response_writer.h"

namespace strongroom::http {
namespace {

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

constexpr auto kNever = Protocol::Clock::time_point::max();

}  // namespace

Http1Protocol::Http1Protocol(const ProtocolContext& context, std::string peer,
                             Clock::time_point now)
    : context_(context), peer_(std::move(peer)), reader_(context.options.headerLimit) {
  beginHead(now);
}

void Http1Protocol::receive(std::span<const char> bytes, Clock::time_point now) {
  if (state_ == State::kBody) {
    const std::span<const char> here =
        bytes.first(std::min(bytes.size(), head_.contentLength - request_.body.size()));
    request_.body.insert(request_.body.end(), here.begin(), here.end());
    bytes = bytes.subspan(here.size());
    if (request_.body.size() == head_.contentLength) complete(now);
  }
  reader_.append(bytes);
  if (state_ == State::kHead) readHead(now);
}

void Http1Protocol::receiveEnd(Clock::time_point now) {
  peerEnded_ = true;
  if (state_ == State::kHead) finish();
  // Half a request is never acted upon. A peer that has only ended its own side still hears why.
  if (state_ == State::kBody) refuse(route_, Refusal::kMalformed, now);
}

bool Http1Protocol::wantsInput() const {
  return !peerEnded_ && (state_ == State::kHead || state_ == State::kBody);
}

void Http1Protocol::beginHead(Clock::time_point now) {
  state_ = State::kHead;
  request_ = Request();
  request_.peer = peer_;
  headBegun_ = false;
  // A client connects to ask: only between requests may it take its time, and only one that has
  // shown who it is.
  deadline_ = now + (proven_ ? context_.options.idlePatience : context_.options.headerPatience);
  readHead(now);
  if (peerEnded_ && state_ == State::kHead) finish();
}

void Http1Protocol::finish() {
  state_ = State::kEnded;
  deadline_ = kNever;
}

void Http1Protocol::readHead(Clock::time_point now) {
  Refusal reason{};
  const auto progress = reader_.readHead(request_, head_, reason);
  if (progress == RequestReader::Progress::kIncomplete) {
    if (!headBegun_ && !reader_.empty()) {
      headBegun_ = true;
      deadline_ = now + context_.options.headerPatience;
    }
    return;
  }
  request_.requestId = newRequestId();
  if (progress == RequestReader::Progress::kRefused) return refuse(nullptr, reason, now);
  const Pipeline::Match match = context_.pipeline.match(request_, head_.contentLength);
  if (match.refusal) return refuse(match.route, *match.refusal, now);
  route_ = match.route;
  beginBody(now);
}

void Http1Protocol::beginBody(Clock::time_point now) {
  reader_.beginBody(request_, head_);
  if (request_.body.size() == head_.contentLength) return complete(now);
  state_ = State::kBody;
  deadline_ = now + context_.options.bodyPatience;
  if (head_.expectsContinue) {
    output_.insert(output_.end(), kContinue.begin(), kContinue.end());
    outputDeadline_ = deadline_;
  }
}

void Http1Protocol::complete(Clock::time_point now) {
  state_ = State::kComplete;
  began_ = now;
  deadline_ = kNever;
}

std::optional<Exchange> Http1Protocol::next() {
  // Who does not take one answer gets no other.
  if (state_ != State::kComplete || !output().empty()) return std::nullopt;
  state_ = State::kAnswering;
  return Exchange{.route = route_, .request = std::move(request_)};
}

void Http1Protocol::answer(const Exchange& exchange, const Response& response, bool closes,
                           Clock::time_point now) {
  if (!response.caller.empty()) proven_ = true;
  send(exchange.request, response, closes || draining_ || !head_.keepAlive, now);
}

void Http1Protocol::refuse(const Route* route, Refusal refusal, Clock::time_point now) {
  began_ = now;
  const Request request = std::move(request_);
  send(request, context_.pipeline.refuse(route, refusal, request.requestId), true, now);
}

void Http1Protocol::send(const Request& request, const Response& response, bool closes,
                         Clock::time_point now) {
  SecretChars bytes;
  serialise(response, closes, request.method != "HEAD", bytes);
  if (output_.empty()) {
    output_ = std::move(bytes);
  } else {  // a "100 Continue" that the client did not wait for
    output_.insert(output_.end(), bytes.begin(), bytes.end());
  }
  outputDeadline_ = now + context_.options.bodyPatience;
  context_.pipeline.report(request, response, std::chrono::duration<double>(now - began_).count());
  if (closes) {
    finish();
  } else {
    beginHead(now);
  }
}

std::string_view Http1Protocol::output() {
  return std::string_view(output_.data(), output_.size()).substr(sent_);
}

void Http1Protocol::sent(std::size_t bytes, Clock::time_point /*now*/) {
  sent_ += bytes;
  if (sent_ < output_.size()) return;
  output_ = SecretChars();  // wiped; and an idle connection keeps nothing
  sent_ = 0;
  outputDeadline_ = kNever;
}

Protocol::Clock::time_point Http1Protocol::deadline() const {
  return std::min(deadline_, outputDeadline_);
}

void Http1Protocol::expire(Clock::time_point now) {
  if (outputDeadline_ <= now) {  // a peer that does not listen is told nothing
    sent(output_.size() - sent_, now);
    finish();
  } else if (deadline_ <= now) {
    if (isIdle()) return finish();
    if (request_.requestId.empty()) request_.requestId = newRequestId();
    refuse(state_ == State::kBody ? route_ : nullptr, Refusal::kTooSlow, now);
  }
}

bool Http1Protocol::isIdle() const {
  return state_ == State::kHead && !headBegun_;
}

void Http1Protocol::drain(Clock::time_point /*now*/) {
  draining_ = true;
  if (isIdle()) finish();
}

}  // namespace strongroom::http
