#pragma once

#include <deque>
#include <map>

#include "service/http/http2_flood_guard.h"
#include "service/http/http2_head.h"
#include "service/http/http2_session.h"
#include "service/http/protocol.h"

namespace strongroom::http {

/// A conversation in HTTP/2 (RFC 9113): a request is a stream, and up to kMaxStreams of them are in
/// flight. What it refuses ends the stream, not the connection; what nghttp2 finds malformed is
/// reset without an answer (RFC 9113, 8.1.1). A peer that makes more work than its requests are
/// worth (Http2FloodGuard) is asked to calm down and left (ENHANCE_YOUR_CALM). A peer that is late
/// with a body gets 408, one that does not take an answer in time loses that stream, one that takes
/// nothing at all or does not finish a header block loses the connection.
class Http2Protocol final : public Protocol, private Http2Events {
 public:
  /// In flight at once, those included whose stream the peer has reset and whose handler still
  /// runs.
  static constexpr std::size_t kMaxStreams = 64;
  /// Bytes of bodies that have begun and not ended. What a stream has beyond that is refused with
  /// 503: the other streams wait for the same window, and none would get on.
  static constexpr std::size_t kMaxIncomplete = 1024 * 1024;

  /// Bytes of answers' bodies that wait for the peer, beyond which it gets no more of them.
  static constexpr std::size_t kMaxUnsent = 256 * 1024;
  /// Header fields of requests whose bodies have not come, in header limits: beyond that a request
  /// is refused with 503, since a few bytes of HPACK are enough to fill them.
  static constexpr std::size_t kMaxWaitingHeads = 8;

  /// `peer` is for Request::peer. Throws std::bad_alloc.
  Http2Protocol(const ProtocolContext& context, std::string peer, Clock::time_point now);

  void receive(std::span<const char> bytes, Clock::time_point now) override;
  void receiveEnd(Clock::time_point now) override;
  bool wantsInput() const override;
  std::optional<Exchange> next() override;
  void answer(const Exchange& exchange, const Response& response, bool closes,
              Clock::time_point now) override;
  std::string_view output() override;
  void sent(std::size_t bytes, Clock::time_point now) override;
  Clock::time_point deadline() const override;
  void expire(Clock::time_point now) override;
  bool isIdle() const override;
  bool isProven() const override { return proven_; }
  void drain(Clock::time_point now) override;
  bool hasEnded() const override;

 private:
  static constexpr Clock::time_point kNever = Clock::time_point::max();

  enum class Phase {
    kHead,
    kBody,
    kReady,     ///< waits for next()
    kHandedOn,  ///< waits for answer()
    kAnswered,
  };
  struct Stream {
    explicit Stream(std::size_t headerLimit) : head(headerLimit) {}
    Phase phase = Phase::kHead;
    Http2Head head;
    Request request;
    const Route* route = nullptr;
    std::size_t held = 0;          ///< bytes of its body that keep the connection's window smaller
    Clock::time_point complete{};  ///< when the request became so
    SecretChars answer;            ///< its body
    std::size_t answerSent = 0;
    Clock::time_point deadline = kNever;  ///< of what its phase waits for
  };
  /// A request that its handler has, whether its stream is open or not.
  struct HandedOn {
    std::size_t held = 0;
    Clock::time_point complete{};
  };

  void onBegin(std::uint32_t id) override;
  void onField(std::uint32_t id, std::string_view name, std::string_view value) override;
  void onHead(std::uint32_t id, bool ends) override;
  void onData(std::uint32_t id, std::span<const char> bytes) override;
  void onDataEnd(std::uint32_t id) override;
  void onTrailers(std::uint32_t id) override;
  void onClosed(std::uint32_t id, Cause cause) override;
  void onSettings() override;
  void onAnnounced() override;
  std::string_view bodyOf(std::uint32_t id) override;
  void onBodySent(std::uint32_t id, std::size_t bytes) override;

  Stream* find(std::uint32_t id);
  void complete(std::uint32_t id, Stream& stream);
  /// Before a stream leaves Phase::kBody, or any other.
  void forgetIncomplete(const Stream& stream);
  void refuse(std::uint32_t id, Stream& stream, Refusal refusal);
  void send(std::uint32_t id, Stream& stream, const Response& response, bool withBody);
  /// The body's bytes are gone or on their way to be.
  void release(std::size_t& held);
  /// Nothing more for this peer.
  void terminate(Http2Error error);
  /// No new streams from now on.
  void leave();
  bool isQuiet() const { return streams_.empty() && handedOn_.empty(); }
  Clock::time_point idleDeadline() const;

  const ProtocolContext context_;
  const std::string peer_;
  Clock::time_point now_;  ///< as told last
  Http2FloodGuard guard_;
  Http2Session session_;
  std::map<std::uint32_t, Stream> streams_;
  std::map<std::uint32_t, HandedOn> handedOn_;
  std::size_t abandoned_ = 0;  ///< of handedOn_: without a stream
  std::deque<std::uint32_t> ready_;
  std::size_t incomplete_ = 0;    ///< the sum of Stream::held in Phase::kBody
  std::size_t waitingHeads_ = 0;  ///< the sum of Http2Head::size() in Phase::kBody
  std::size_t unsent_ = 0;        ///< the sum of what Stream::answer has left
  SecretChars out_;
  std::size_t outSent_ = 0;
  Clock::time_point outDeadline_ = kNever;
  Clock::time_point idleSince_;
  Clock::time_point drainDeadline_ = kNever;
  bool settled_ = false;  ///< the peer's preface is complete
  bool proven_ = false;
  bool leaving_ = false;
  bool terminated_ = false;
  bool inputEnded_ = false;
  bool cut_ = false;  ///< the peer takes nothing
};

}  // namespace strongroom::http
