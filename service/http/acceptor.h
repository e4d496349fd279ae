#pragma once

#include <Poco/Net/ServerSocket.h>

#include <functional>

#include "service/http/event_loop.h"

namespace strongroom::http {

/// Takes new connections from a listening socket, on the loop's thread.
class Acceptor final : public EventLoop::Source {
 public:
  using Take = std::function<void(Poco::Net::StreamSocket)>;

  /// The socket listens already; `take` gets each connection that comes. Begins at once, so it is
  /// made before the loop runs or on its thread.
  Acceptor(EventLoop& loop, Poco::Net::ServerSocket socket, Take take);

  /// No connection after this; the port is free. On the loop's thread.
  void close();

  void ready(std::uint32_t events) override;
  void due(EventLoop::Clock::time_point now) override;

 private:
  /// No more for a moment.
  void backOff();

  EventLoop& loop_;
  Poco::Net::ServerSocket socket_;
  const Take take_;
  bool watched_ = false;
};

}  // namespace strongroom::http
