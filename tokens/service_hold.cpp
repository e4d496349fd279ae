#include "tokens/service_hold.h"

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

/// Whether the list names this address before it comes to `address` itself: files of hosts may say
/// one twice.
bool isNamedBefore(const addrinfo* list, const addrinfo& address) {
  for (; list != &address; list = list->ai_next) {
    if (list->ai_addrlen == address.ai_addrlen &&
        std::memcmp(list->ai_addr, address.ai_addr, address.ai_addrlen) == 0) {
      return true;
    }
  }
  return false;
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
  // A name may have several addresses, and which one the service takes is its own affair.
  int absent = EADDRNOTAVAIL;
  for (const addrinfo* each = list.get(); each != nullptr; each = each->ai_next) {
    if (isNamedBefore(list.get(), *each)) continue;
    const int error = take(*each);
    if (error == EADDRNOTAVAIL || error == EAFNOSUPPORT) {
      absent = error;  // not of this machine: nobody can listen there
    } else if (error != 0) {
      refuse(place, std::strerror(error));
    }
  }
  if (sockets_.empty()) refuse(place, std::strerror(absent));
}

int ServiceHold::take(const addrinfo& address) {
  Socket socket(::socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket) return errno;
  // Connections that have ended do not stand in the way; a listener does.
  const int reuse = 1;
  ::setsockopt(socket.number(), SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof reuse);
  // Two sockets may be bound to one address, but only one may listen there.
  if (::bind(socket.number(), address.ai_addr, address.ai_addrlen) != 0 ||
      ::listen(socket.number(), 0) != 0) {
    return errno;
  }
  sockets_.push_back(std::move(socket));
  return 0;
}

ServiceHold::Socket::~Socket() {
  if (number_ >= 0) ::close(number_);
}

}  // namespace strongroom::tokens
