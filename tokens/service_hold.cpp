#include "tokens/service_hold.h"

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "tokens/failure.h"

namespace strongroom::tokens {
namespace {

struct FreeAddresses {
  void operator()(addrinfo* list) const { freeaddrinfo(list); }
};

[[noreturn]] void refuse(const std::string& place, const std::string& why) {
  throw Failure(
      "strongroomd may be running: its address " + place + " cannot be taken (" + why + ").",
      "Stop it first, and run this on the machine and as the user of the service. Nothing "
      "was changed.");
}

}  // namespace

ServiceHold::ServiceHold(const std::string& address, std::uint16_t port) {
  const std::string place = address + ":" + std::to_string(port);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int result = getaddrinfo(address.c_str(), std::to_string(port).c_str(), &hints, &found);
  const std::unique_ptr<addrinfo, FreeAddresses> list(found);
  if (result != 0) refuse(place, gai_strerror(result));

  socket_ = ::socket(list->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  // Connections that have ended do not stand in the way; a listener does.
  const int reuse = 1;
  ::setsockopt(socket_, SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof reuse);
  // Two sockets may be bound to one address, but only one may listen there.
  if (::bind(socket_, list->ai_addr, list->ai_addrlen) != 0 || ::listen(socket_, 0) != 0) {
    const std::string why = std::strerror(errno);
    ::close(socket_);
    refuse(place, why);
  }
}

ServiceHold::~ServiceHold() {
  ::close(socket_);
}

}  // namespace strongroom::tokens
