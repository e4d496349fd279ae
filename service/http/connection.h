#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <string>

#include "service/http/event_loop.h"
#include "service/http/protocol.h"
#include "service/http/tls_channel.h"
#include "service/http/work_pool.h"

namespace strongroom::http {

class ConnectionRegistry;

/// What every connection of a server shares; outlives them all.
struct ConnectionContext {
  ProtocolContext protocol;
  EventLoop& loop;
  ConnectionRegistry& registry;
  WorkPool& handshakes;                      ///< their arithmetic takes longer than a request's
  std::array<WorkPool*, kHandlers> pools{};  ///< by Handlers
};

/// One client's connection on the loop's thread: handshake, then requests until either side ends
/// it, then a moment of listening, since closing on unread bytes would make the kernel reset the
/// connection and the client lose our last answer. Handshakes and handlers run on other threads and
/// come back by the loop.
class Connection final : public EventLoop::Source, public std::enable_shared_from_this<Connection> {
 public:
  using Clock = EventLoop::Clock;

  /// `client`: the address without the port.
  Connection(const ConnectionContext& context, const Poco::Net::StreamSocket& socket,
             const Poco::Net::Context::Ptr& tls, std::string client);
  ~Connection() override;

  /// Begins with the handshake. Once, when the registry has it.
  void start();
  /// No request after those that have begun.
  void drain();
  /// For a stranger: says good-bye at once, to make room.
  void makeWay();
  /// Ends it, whatever it does.
  void end();

  const std::string& client() const { return client_; }
  /// Since when it has had no request with a handler, being one that never had a caller who proved
  /// to be one; max() when it is none.
  Clock::time_point strangerSince() const { return strangerSince_; }
  bool isShakingHands() const { return state_ == State::kHandshake; }

  void ready(std::uint32_t events) override;
  void due(Clock::time_point now) override;

 private:
  enum class State { kHandshake, kServing, kLingering, kEnded };
  /// Whether the loop has reported that there is something to read.
  enum class Readable { kNo, kYes };

  /// Runs a step of this connection; what it throws ends the connection.
  template <class Step>
  void guarded(Step step);

  void become(State next);
  void shakeHands();
  void shaken(TlsChannel::Status status);
  void beginServing();
  /// Goes on as far as it can without waiting.
  void serve(Readable readable);
  bool wantsAnything();
  /// False when there is nothing more to be read for now.
  bool readSome();
  void submit(Exchange exchange);
  void refuse(const Exchange& exchange, bool closes);
  void answered(const Exchange& exchange, const Response& response, bool faulted);
  /// True when something went.
  bool flush();
  void linger();
  void discardInput();
  void await(std::uint32_t events);
  void settle();

  const ConnectionContext context_;
  const std::string client_;
  const std::string peer_;  ///< address and port, for logs
  TlsChannel tls_;
  std::unique_ptr<Protocol> protocol_;  ///< once hands are shaken
  State state_ = State::kHandshake;
  Clock::time_point deadline_;  ///< of handshake or lingering
  std::uint32_t awaited_ = 0;   ///< events that the loop watches for; 0: it does not
  Clock::time_point strangerSince_ = Clock::time_point::max();
  std::size_t discarded_ = 0;
  std::size_t inFlight_ = 0;        ///< requests that are with a handler
  std::atomic<bool> ended_{false};  ///< kEnded, for the thread that shakes hands
  bool goesOn_ = false;             ///< the loop has been asked to call serve() again
  bool crowded_ = false;            ///< it is one too many, as long as nobody makes room
  bool readEnded_ = false;          ///< the peer sends nothing more
  bool serving_ = false;            ///< serve() is at work
};

}  // namespace strongroom::http
