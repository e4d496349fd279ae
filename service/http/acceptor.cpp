#include "service/http/acceptor.h"

#include <Poco/Net/StreamSocketImpl.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

namespace strongroom::http {
namespace {

/// How many before the connections that are there have their turn.
constexpr int kPerTurn = 64;

/// When the process or the machine has no descriptor left: some will be closed.
constexpr std::chrono::milliseconds kBackOff{50};

bool isShortage(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

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
    } else if (isShortage(errno)) {
      loop_.forget(*this, socket_.impl()->sockfd());
      watched_ = false;
      loop_.wakeAt(*this, loop_.now() + kBackOff);
      return;
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      return;
    }  // else that one was gone before it could be taken
  }
}

void Acceptor::due(EventLoop::Clock::time_point /*now*/) {
  loop_.watch(*this, socket_.impl()->sockfd(), EPOLLIN);
  watched_ = true;
}

}  // namespace strongroom::http
