#include "service/http/http2_protocol.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace strongroom::http {

namespace {

/// Bytes of request bodies that are in memory at once, from the first to the answer.
constexpr std::int32_t kConnectionWindow = 2 * Http2Protocol::kMaxIncomplete;
/// Frames, DATA not counted, from which on a peer is to take some before it sends more.
constexpr std::size_t kMaxQueued = 256;
/// Bytes that are packed at once.
constexpr std::size_t kOutputChunk = 32 * 1024;
/// For a peer to confirm that it has read of the end, before that comes anyway.
constexpr std::chrono::milliseconds kDrainPatience{1'000};

Http2Session::Limits limitsOf(const ServerOptions& options) {
  return {Http2Protocol::kMaxStreams, static_cast<std::uint32_t>(options.headerLimit),
          kConnectionWindow};
}

void wipe(std::span<char> bytes) {
  if (!bytes.empty()) explicit_bzero(bytes.data(), bytes.size());
}

}  // namespace

Http2Protocol::Http2Protocol(const ProtocolContext& context, std::string peer,
                             Clock::time_point now)
    : context_(context),
      peer_(std::move(peer)),
      now_(now),
      guard_(now),
      session_(*this, limitsOf(context.options)),
      idleSince_(now) {}

void Http2Protocol::receive(std::span<const char> bytes, Clock::time_point now) {
  now_ = now;
  if (terminated_ || inputEnded_) return;
  if (!guard_.receive(bytes, now)) return terminate(Http2Error::kEnhanceYourCalm);
  if (session_.receive(bytes)) return;
  terminated_ = true;
  ready_.clear();
}

void Http2Protocol::receiveEnd(Clock::time_point now) {
  now_ = now;
  if (std::exchange(inputEnded_, true)) return;
  for (auto& [id, stream] : streams_) {
    // Half a request is never acted upon; a peer that has only ended its own side still hears why.
    if (stream.phase == Phase::kHead) session_.reset(id, Http2Error::kProtocol);
    if (stream.phase == Phase::kBody) refuse(id, stream, Refusal::kMalformed);
  }
  leave();
}

bool Http2Protocol::wantsInput() const {
  // Bodies of answers are no reason to stop: what they wait for may be a WINDOW_UPDATE.
  return !terminated_ && !inputEnded_ && !hasEnded() && session_.queued() < kMaxQueued;
}

std::optional<Exchange> Http2Protocol::next() {
  if (ready_.empty() || terminated_ || hasEnded()) return std::nullopt;
  // Who does not take answers gets no others.
  if (unsent_ > kMaxUnsent) return std::nullopt;
  const std::uint32_t id = ready_.front();
  ready_.pop_front();
  Stream& stream = streams_.at(id);
  handedOn_[id] = {std::exchange(stream.held, 0), stream.complete};
  stream.phase = Phase::kHandedOn;
  return Exchange{id, stream.route, std::move(stream.request)};
}

void Http2Protocol::answer(const Exchange& exchange, const Response& response, bool closes,
                           Clock::time_point now) {
  now_ = now;
  HandedOn handed = handedOn_.extract(exchange.stream).mapped();
  release(handed.held);
  proven_ |= !response.caller.empty();
  if (Stream* stream = find(exchange.stream)) {
    send(exchange.stream, *stream, response, exchange.request.method != "HEAD");
  } else {
    --abandoned_;
  }
  if (isQuiet()) idleSince_ = now;
  if (closes) leave();
  context_.pipeline.report(exchange.request, response,
                           std::chrono::duration<double>(now - handed.complete).count());
}

std::string_view Http2Protocol::output() {
  if (outSent_ == out_.size() && !cut_) {
    out_ = SecretChars();  // wiped; and an idle connection keeps nothing
    outSent_ = 0;
    session_.pack(out_, kOutputChunk);
    outDeadline_ = out_.empty() ? kNever : now_ + context_.options.bodyPatience;
  }
  return std::string_view(out_.data(), out_.size()).substr(outSent_);
}

void Http2Protocol::sent(std::size_t bytes, Clock::time_point now) {
  now_ = now;
  wipe(std::span(out_).subspan(outSent_, bytes));
  outSent_ += bytes;
  if (outSent_ == out_.size()) outDeadline_ = kNever;
}

Protocol::Clock::time_point Http2Protocol::idleDeadline() const {
  return idleSince_ + (proven_ ? context_.options.idlePatience : context_.options.headerPatience);
}

Protocol::Clock::time_point Http2Protocol::deadline() const {
  if (terminated_ || hasEnded()) return outDeadline_;
  Clock::time_point first = std::min(outDeadline_, drainDeadline_);
  if (guard_.isInHeaderBlock()) {
    first = std::min(first, guard_.blockBegan() + context_.options.headerPatience);
  }
  if (isQuiet()) first = std::min(first, idleDeadline());
  for (const auto& [id, stream] : streams_) first = std::min(first, stream.deadline);
  return first;
}

void Http2Protocol::expire(Clock::time_point now) {
  now_ = now;
  if (now >= outDeadline_) {
    cut_ = true;
    wipe(out_);
    outSent_ = out_.size();
    outDeadline_ = kNever;
    ready_.clear();
    return;
  }
  if (terminated_ || hasEnded()) return;
  if (guard_.isInHeaderBlock() && now >= guard_.blockBegan() + context_.options.headerPatience) {
    return terminate(Http2Error::kEnhanceYourCalm);
  }
  if (isQuiet() && now >= idleDeadline()) {
    return terminate(settled_ ? Http2Error::kNone : Http2Error::kSettingsTimeout);
  }
  if (now >= drainDeadline_) leave();
  for (auto& [id, stream] : streams_) {
    if (now < stream.deadline) continue;
    stream.deadline = kNever;
    if (stream.phase == Phase::kBody) {
      refuse(id, stream, Refusal::kTooSlow);
    } else {
      session_.reset(id, Http2Error::kCancel);
    }
  }
}

bool Http2Protocol::isIdle() const {
  return isQuiet() && outSent_ == out_.size() && !guard_.isInFrame() && !guard_.isInHeaderBlock();
}

void Http2Protocol::drain(Clock::time_point now) {
  now_ = now;
  if (leaving_ || terminated_ || hasEnded() || drainDeadline_ != kNever) return;
  if (!settled_) return terminate(Http2Error::kNone);
  // Requests that are on their way are not to be lost (RFC 9113, 6.8): only when the peer has read
  // that there shall be no more is the rest declined.
  session_.announceEnd();
  drainDeadline_ = now + kDrainPatience;
}

bool Http2Protocol::hasEnded() const {
  return cut_ || session_.isOver() || (inputEnded_ && streams_.empty());
}

void Http2Protocol::leave() {
  drainDeadline_ = kNever;
  if (!std::exchange(leaving_, true)) session_.endAfterStreams();
}

void Http2Protocol::terminate(Http2Error error) {
  terminated_ = true;
  ready_.clear();
  session_.terminate(error);
}

}  // namespace strongroom::http
