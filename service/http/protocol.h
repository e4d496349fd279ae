#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "service/http/pipeline.h"

namespace strongroom::http {

/// A complete request on its way to a handler, and its answer's way back.
struct Exchange {
  std::uint32_t stream = 0;      ///< which one it is to its protocol
  const Route* route = nullptr;  ///< of the pipeline, whose limits it keeps
  Request request;
};

/// What every conversation of a server shares; outlives them all.
struct ProtocolContext {
  const ServerOptions& options;
  const Pipeline& pipeline;
};

/// The conversation on one connection, without I/O and without threads: bytes of the wire in,
/// complete requests out; answers in, bytes for the wire out. It has no clock: it is told the time.
/// What never becomes a request it refuses by itself, in the words of the route's dialect, and
/// reports it to the pipeline. Bytes that it is done with are wiped. For one thread at a time.
class Protocol {
 public:
  using Clock = std::chrono::steady_clock;

  virtual ~Protocol() = default;

  /// Takes bytes from the wire; only while wantsInput().
  virtual void receive(std::span<const char> bytes, Clock::time_point now) = 0;
  /// The peer sends nothing more. What is in flight is still answered.
  virtual void receiveEnd(Clock::time_point now) = 0;
  /// False while as many requests are in flight as it lets be, and after its end.
  virtual bool wantsInput() const = 0;

  /// A request that is complete, in the order in which they became so; each is to be answered once.
  virtual std::optional<Exchange> next() = 0;
  /// Sends an answer and reports it. When the peer has given the exchange up meanwhile, it is
  /// reported all the same. `closes`: no request after this one.
  virtual void answer(const Exchange& exchange, const Response& response, bool closes,
                      Clock::time_point now) = 0;

  /// Bytes for the wire; empty when there are none now. They stay until sent() says that they went.
  virtual std::string_view output() = 0;
  virtual void sent(std::size_t bytes, Clock::time_point now) = 0;

  /// The next time at which something is overdue: expire() is to be called then.
  virtual Clock::time_point deadline() const = 0;
  /// Refuses or ends what is overdue by `now`.
  virtual void expire(Clock::time_point now) = 0;

  /// True between requests: no byte of one has come that is not answered.
  virtual bool isIdle() const = 0;
  /// A caller of this connection has shown who it is.
  virtual bool isProven() const = 0;
  /// What is in flight is answered, and nothing after it.
  virtual void drain(Clock::time_point now) = 0;
  /// Once output() is empty the connection is to be closed.
  virtual bool hasEnded() const = 0;
};

}  // namespace strongroom::http
