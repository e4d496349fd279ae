#include "service/http/tls_stream.h"

#include <Poco/Exception.h>
#include <openssl/err.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>

namespace strongroom::http {

namespace {

using Socket = Poco::Net::SecureStreamSocket;

constexpr std::chrono::milliseconds kLinger{1'000};
constexpr std::size_t kLingerBytes = 1 << 20;

/// Waits for `events`; false when the deadline came first.
bool await(int descriptor, short events, TlsStream::Deadline deadline) {
  for (;;) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return false;
    pollfd entry{descriptor, events, 0};
    const int ready = poll(&entry, 1, static_cast<int>(std::min<long>(left.count(), 3'600'000)));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
}

Socket secure(Poco::Net::StreamSocket socket, const Poco::Net::Context::Ptr& context) {
  socket.setBlocking(false);
  socket.setNoDelay(true);
  return Socket::attach(socket, context);
}

}  // namespace

TlsStream::TlsStream(const Poco::Net::StreamSocket& socket, const Poco::Net::Context::Ptr& context)
    : plain_(socket), secure_(secure(socket, context)) {}

template <class Attempt>
TlsStream::Status TlsStream::drive(int& result, Deadline deadline, Attempt attempt) {
  try {
    for (;;) {
      // OpenSSL's error queue belongs to the thread. What a handler, or the last connection, left
      // in it would be taken for an error of this connection.
      ERR_clear_error();
      result = attempt();
      if (result > 0) return Status::kOk;
      short events = 0;
      if (result == Socket::ERR_SSL_WANT_READ) events = POLLIN;
      if (result == Socket::ERR_SSL_WANT_WRITE) events = POLLOUT;
      if (events == 0) return Status::kClosed;
      if (!await(plain_.impl()->sockfd(), events, deadline)) return Status::kTimedOut;
    }
  } catch (
      const Poco::Exception&) {  // a reset, a broken record, a refused handshake: no one to tell
    return Status::kClosed;
  }
}

TlsStream::Status TlsStream::handshake(Deadline deadline) {
  int result = 0;
  return drive(result, deadline, [&] { return secure_.completeHandshake(); });
}

TlsStream::Status TlsStream::read(std::span<char> room, std::size_t& bytes, Deadline deadline) {
  int result = 0;
  const Status status = drive(result, deadline, [&] {
    return secure_.receiveBytes(room.data(), static_cast<int>(room.size()));
  });
  bytes = status == Status::kOk ? static_cast<std::size_t>(result) : 0;
  return status;
}

TlsStream::Status TlsStream::write(std::string_view data, Deadline deadline) {
  while (!data.empty()) {
    int result = 0;
    const Status status = drive(result, deadline, [&] {
      return secure_.sendBytes(data.data(), static_cast<int>(data.size()));
    });
    if (status != Status::kOk) return status;
    data.remove_prefix(static_cast<std::size_t>(result));
  }
  return Status::kOk;
}

void TlsStream::finish() {
  const int descriptor = plain_.impl()->sockfd();
  try {
    ERR_clear_error();
    secure_.shutdown();
  } catch (const Poco::Exception&) {
    return;  // the peer is gone already
  }
  ::shutdown(descriptor, SHUT_WR);
  const Deadline deadline = std::chrono::steady_clock::now() + kLinger;
  std::array<char, 16 * 1024> waste;
  for (std::size_t thrown = 0; thrown < kLingerBytes;) {
    if (!await(descriptor, POLLIN, deadline)) return;
    const ssize_t bytes = recv(descriptor, waste.data(), waste.size(), 0);
    if (bytes <= 0) return;
    thrown += static_cast<std::size_t>(bytes);
  }
}

}  // namespace strongroom::http
