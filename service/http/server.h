#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "service/http/route.h"

namespace strongroom::http {

/// Certificate chain and private key in PEM; read again by Server::reloadCertificate().
struct TlsFiles {
  std::filesystem::path certificate;
  std::filesystem::path privateKey;  ///< refused when others can read it
};

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 7373;  ///< 0: any free one, see Server::port()
  TlsFiles tls;
  int maxConnections = 256;  ///< each has a thread, a descriptor and `headerLimit` bytes while open
  std::size_t headerLimit = 32 * 1024;
  std::chrono::milliseconds headerPatience{
      10'000};  ///< from the first byte to the end of the headers
  std::chrono::milliseconds bodyPatience{30'000};
  /// Between requests of a connection whose caller is proven; others have `headerPatience`.
  std::chrono::milliseconds idlePatience{120'000};
};

/// Told of every request that was answered; `seconds` from its last byte to the answer's. Called by
/// many threads.
using RequestObserver = std::function<void(const Request&, const Response&, double seconds)>;

/// The front door: HTTPS, one connection a thread. Nothing outside this folder knows what it is
/// made of.
class Server {
 public:
  /// Raises the process's soft limit of descriptors to its hard one, binds and begins to serve.
  /// Throws std::runtime_error that says what to mend (port taken, certificate unreadable, fewer
  /// descriptors than maxConnections needs).
  Server(ServerOptions options, Routes routes, RequestObserver observer);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  std::uint16_t port() const;

  /// Reads the TLS files again; connections from now on get the new certificate. On any error
  /// throws and keeps the old.
  void reloadCertificate();

  /// When the certificate that is served ends.
  std::chrono::system_clock::time_point certificateNotAfter() const;

  /// Stops accepting, lets requests in flight finish and closes every connection; at `patience`
  /// what is left is cut. Returns true when nothing had to be cut.
  bool stop(std::chrono::milliseconds patience);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace strongroom::http
