// What Http2Protocol makes of its session's events: from a stream's first field to its answer.
#include <algorithm>
#include <utility>

#include "service/http/http2_protocol.h"
#include "service/http/request_id.h"
#include "service/http/response_writer.h"

namespace strongroom::http {

namespace {

/// Of a body, on its first byte: a length that is declared costs the peer nothing.
constexpr std::size_t kReserve = 64 * 1024;

std::string lowered(std::string_view name) {
  std::string text(name);
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  });
  return text;
}

}  // namespace

Http2Protocol::Stream* Http2Protocol::find(std::uint32_t id) {
  const auto at = streams_.find(id);
  return at == streams_.end() ? nullptr : &at->second;
}

void Http2Protocol::onBegin(std::uint32_t id) {
  // A peer that resets its streams frees their places with nghttp2, not with the handlers.
  if (streams_.size() + abandoned_ >= kMaxStreams) {
    return session_.reset(id, Http2Error::kRefusedStream);
  }
  streams_.emplace(id, Stream(context_.options.headerLimit)).first->second.request.peer = peer_;
}

void Http2Protocol::onField(std::uint32_t id, std::string_view name, std::string_view value) {
  if (Stream* stream = find(id)) stream->head.add(name, value, stream->request);
}

void Http2Protocol::onHead(std::uint32_t id, bool ends) {
  Stream* stream = find(id);
  if (!stream) return;
  Request& request = stream->request;
  request.requestId = newRequestId();
  if (const auto objection = stream->head.objection(request)) {
    return refuse(id, *stream, *objection);
  }
  const auto match = context_.pipeline.match(request, stream->head.contentLength().value_or(0));
  stream->route = match.route;
  if (match.refusal) return refuse(id, *stream, *match.refusal);
  if (ends) return complete(id, *stream);
  stream->phase = Phase::kBody;
  waitingHeads_ += stream->head.size();
  if (waitingHeads_ > kMaxWaitingHeads * context_.options.headerLimit) {
    return refuse(id, *stream, Refusal::kOverloaded);
  }
  stream->deadline = now_ + context_.options.bodyPatience;
  if (stream->head.expectsContinue()) session_.proceed(id);
}

void Http2Protocol::onData(std::uint32_t id, std::span<const char> bytes) {
  session_.consumeStream(id, bytes.size());
  Stream* stream = find(id);
  if (!stream || stream->phase != Phase::kBody) return session_.consumeConnection(bytes.size());
  stream->held += bytes.size();
  incomplete_ += bytes.size();
  SecretChars& body = stream->request.body;
  if (body.size() + bytes.size() > stream->route->bodyLimit) {
    return refuse(id, *stream, Refusal::kBodyTooLarge);
  }
  if (incomplete_ > kMaxIncomplete) return refuse(id, *stream, Refusal::kOverloaded);
  if (body.empty()) {
    body.reserve(std::min(stream->head.contentLength().value_or(bytes.size()), kReserve));
  }
  body.insert(body.end(), bytes.begin(), bytes.end());
}

void Http2Protocol::onDataEnd(std::uint32_t id) {
  Stream* stream = find(id);
  if (stream && stream->phase == Phase::kBody) complete(id, *stream);
}

void Http2Protocol::onTrailers(std::uint32_t id) {
  Stream* stream = find(id);
  if (stream && stream->phase == Phase::kBody) refuse(id, *stream, Refusal::kMalformed);
}

void Http2Protocol::onClosed(std::uint32_t id, Cause cause) {
  if (Stream* stream = find(id)) {
    if (stream->phase == Phase::kHandedOn) ++abandoned_;
    if (stream->phase == Phase::kReady) std::erase(ready_, id);
    forgetIncomplete(*stream);
    release(stream->held);
    unsent_ -= stream->answer.size() - stream->answerSent;
    streams_.erase(id);
    if (isQuiet()) idleSince_ = now_;
  }
  // The guard has counted those of the peer.
  if (cause == Cause::kReset && !guard_.countLoss(now_)) terminate(Http2Error::kEnhanceYourCalm);
}

void Http2Protocol::onSettings() {
  settled_ = true;
}

void Http2Protocol::onAnnounced() {
  if (drainDeadline_ != kNever) leave();
}

void Http2Protocol::forgetIncomplete(const Stream& stream) {
  if (stream.phase != Phase::kBody) return;
  incomplete_ -= stream.held;
  waitingHeads_ -= stream.head.size();
}

void Http2Protocol::complete(std::uint32_t id, Stream& stream) {
  forgetIncomplete(stream);
  stream.phase = Phase::kReady;
  stream.deadline = kNever;
  stream.complete = now_;
  guard_.creditRequest();
  ready_.push_back(id);
}

void Http2Protocol::refuse(std::uint32_t id, Stream& stream, Refusal refusal) {
  Request request = std::move(stream.request);
  forgetIncomplete(stream);
  const Response response = context_.pipeline.refuse(stream.route, refusal, request.requestId);
  send(id, stream, response, request.method != "HEAD");
  release(stream.held);
  context_.pipeline.report(request, response, 0);
  if (!guard_.countLoss(now_)) terminate(Http2Error::kEnhanceYourCalm);
}

void Http2Protocol::send(std::uint32_t id, Stream& stream, const Response& response,
                         bool withBody) {
  const std::string status = std::to_string(response.status);
  const std::string length = std::to_string(response.body.size());
  std::vector<std::string> names;
  names.reserve(response.headers.size());
  std::vector<Http2Session::Field> fields{{":status", status}, {"date", dateNow()}};
  if (!response.contentType.empty()) fields.push_back({"content-type", response.contentType});
  for (const Header& header : response.headers) {
    names.push_back(lowered(header.name));
    fields.push_back({names.back(), header.value});
  }
  fields.push_back({"content-length", length});
  if (withBody) stream.answer = response.body;
  unsent_ += stream.answer.size();
  stream.phase = Phase::kAnswered;
  stream.deadline = now_ + context_.options.bodyPatience;
  session_.respond(id, fields, !stream.answer.empty());
}

std::string_view Http2Protocol::bodyOf(std::uint32_t id) {
  const Stream* stream = find(id);
  if (!stream) return {};
  return std::string_view(stream->answer.data(), stream->answer.size()).substr(stream->answerSent);
}

void Http2Protocol::onBodySent(std::uint32_t id, std::size_t bytes) {
  guard_.creditOutput();
  if (Stream* stream = find(id)) {
    stream->answerSent += bytes;
    unsent_ -= bytes;
  }
}

void Http2Protocol::release(std::size_t& held) {
  if (held > 0) session_.consumeConnection(std::exchange(held, 0));
}

}  // namespace strongroom::http
