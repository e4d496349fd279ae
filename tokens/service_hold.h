#pragma once

#include <netdb.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace strongroom::tokens {

/// Keeps the service of a configuration from running for as long as this object lives, by taking
/// its port at its address, or at all that its host name has. Nobody is served there.
class ServiceHold {
 public:
  /// Throws Failure when the service runs, or when it cannot be made sure that it does not.
  ServiceHold(const std::string& address, std::uint16_t port);

 private:
  class Socket {
   public:
    explicit Socket(int number) : number_(number) {}
    Socket(Socket&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Socket& operator=(Socket&&) = delete;
    ~Socket();
    explicit operator bool() const { return number_ >= 0; }
    int number() const { return number_; }

   private:
    int number_;
  };

  /// Adds a socket that listens at `address`; 0, or errno.
  int take(const addrinfo& address);

  std::vector<Socket> sockets_;
};

}  // namespace strongroom::tokens
