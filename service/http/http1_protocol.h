#pragma once

#include "service/http/protocol.h"
#include "service/http/request_reader.h"

namespace strongroom::http {

/// HTTP/1.1, and HTTP/1.0 for a single request (RFC 9112). Requests that come before the answer to
/// the last one wait, unread but for the first few, and are answered in order. After a refusal of
/// its own the connection ends, so that nothing behind it is ever taken for a request.
class Http1Protocol final : public Protocol {
 public:
  /// `peer`: the client's address and port, for logs.
  Http1Protocol(const ProtocolContext& context, std::string peer, Clock::time_point now);

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
  bool hasEnded() const override { return state_ == State::kEnded; }

 private:
  enum class State {
    kHead,       ///< between requests, or in the middle of a head
    kBody,       ///< the head is known, and the body not whole
    kComplete,   ///< next() has it
    kAnswering,  ///< next() gave it away
    kEnded,
  };

  /// From here on a head is awaited, of which some may be here already.
  void beginHead(Clock::time_point now);
  void readHead(Clock::time_point now);
  void beginBody(Clock::time_point now);
  void complete(Clock::time_point now);
  /// No request after those that were.
  void finish();
  void refuse(const Route* route, Refusal refusal, Clock::time_point now);
  void send(const Request& request, const Response& response, bool closes, Clock::time_point now);

  const ProtocolContext context_;
  const std::string peer_;
  RequestReader reader_;
  State state_ = State::kHead;
  Request request_;
  Head head_;
  const Route* route_ = nullptr;
  Clock::time_point began_;     ///< when the request was complete
  Clock::time_point deadline_;  ///< of what is awaited from the peer
  Clock::time_point outputDeadline_ = Clock::time_point::max();
  SecretChars output_;
  std::size_t sent_ = 0;
  bool headBegun_ = false;
  bool proven_ = false;
  bool draining_ = false;
  bool peerEnded_ = false;
};

}  // namespace strongroom::http
