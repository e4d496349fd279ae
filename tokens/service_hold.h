#pragma once

#include <cstdint>
#include <string>

namespace strongroom::tokens {

/// Keeps the service of a configuration from running for as long as this object lives, by taking
/// its address and port. Nobody is served there.
class ServiceHold {
 public:
  /// Throws Failure when the service runs, or when it cannot be made sure that it does not.
  ServiceHold(const std::string& address, std::uint16_t port);
  ~ServiceHold();
  ServiceHold(const ServiceHold&) = delete;
  ServiceHold& operator=(const ServiceHold&) = delete;

 private:
  int socket_ = -1;
};

}  // namespace strongroom::tokens
