#pragma once

#include <Poco/Net/Context.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/Net/StreamSocket.h>

#include <chrono>
#include <cstddef>
#include <span>
#include <string_view>

namespace strongroom::http {

/// One accepted connection under TLS, with a deadline on everything. The deadline bounds the whole
/// call, so a peer that drips bytes gains nothing. For one thread.
class TlsStream {
 public:
  using Deadline = std::chrono::steady_clock::time_point;
  enum class Status {
    kOk,
    kClosed,    ///< the peer has ended, or broken, the connection
    kTimedOut,  ///< nothing more may be sent or read
  };

  /// Takes the socket over and makes it non-blocking.
  TlsStream(const Poco::Net::StreamSocket& socket, const Poco::Net::Context::Ptr& context);

  Status handshake(Deadline deadline);
  /// Waits for at least one byte; `bytes` says how many of `room` were filled.
  Status read(std::span<char> room, std::size_t& bytes, Deadline deadline);
  /// Writes all of it.
  Status write(std::string_view data, Deadline deadline);

  /// Says good-bye: close_notify, then what the peer still sends is thrown away for a moment, since
  /// closing on unread bytes would make the kernel reset the connection and the peer lose our last
  /// answer.
  void finish();

 private:
  /// Runs `attempt` until it gets anywhere, waiting for the socket in between.
  template <class Attempt>
  Status drive(int& result, Deadline deadline, Attempt attempt);

  Poco::Net::StreamSocket plain_;
  Poco::Net::SecureStreamSocket secure_;
};

}  // namespace strongroom::http
