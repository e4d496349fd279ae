#include "service/http/acceptor.h"

#include <Poco/Net/StreamSocketImpl.h>
#include <sys/socket.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace strongroom::http {
namespace {

/// How many before the connections that are there have their turn.
constexpr int kPerTurn = 64;

/// When the process or the machine has no descriptor or memory left: some will be given back.
constexpr std::chrono::milliseconds kBackOff{50};

}  // namespace

Acceptor::Acceptor(EventLoop& loop, Poco::Net::ServerSocket socket, Take take)
    : loop_(loop), socket_(std::move(socket)), take_(std::move(take)) {
  socket_.setBlocking(false);
  loop_.watch(*this, socket_.impl()->sockfd(), EPOLLIN);
  watched_ = true;
}

void Acceptor::close() {
  loop_.wakeAt(*this, EventLoop::Clock::time_point::max());
  if (std::exchange(watched_, false)) loop_.forget(*this, socket_.impl()->sockfd());
  socket_.close();
}

void Acceptor::ready(std::uint32_t /*events*/) {
  for (int i = 0; i < kPerTurn; ++i) {
    const int descriptor =
        ::accept4(socket_.impl()->sockfd(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (descriptor >= 0) {
      take_(Poco::Net::StreamSocket(new Poco::Net::StreamSocketImpl(descriptor)));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      return;
    } else if (errno != ECONNABORTED && errno != EINTR) {  // those are that connection's alone
      return backOff();
    }
  }
}

void Acceptor::backOff() {
  if (std::exchange(watched_, false)) loop_.forget(*this, socket_.impl()->sockfd());
  loop_.wakeAt(*this, loop_.now() + kBackOff);
}

void Acceptor::due(EventLoop::Clock::time_point /*now*/) {
  try {
    loop_.watch(*this, socket_.impl()->sockfd(), EPOLLIN);
    watched_ = true;
  } catch (const std::system_error&) {  // what was short is so still
    backOff();
  }
}

}  // namespace strongroom::http
