#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "service/http/route.h"

namespace strongroom::http {

/// In PEM; read again by Server::reloadCertificate().
struct TlsFiles {
  std::filesystem::path certificate;  ///< the server's, then its intermediates
  std::filesystem::path privateKey;   ///< refused when others can read it
  /// Clients are asked for a certificate; one that they give must come from one of these. Empty:
  /// they are not asked.
  std::filesystem::path clientAuthorities{};
};

enum class TlsVersion : std::uint8_t { k12, k13 };

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 7373;  ///< 0: any free one, see Server::port()
  TlsFiles tls{};
  TlsVersion tlsMinimum = TlsVersion::k12;
  int maxConnections = 2'048;       ///< each has a descriptor, and some 16 KiB of memory while idle
  int maxConnectionsPerClient = 0;  ///< from one address; 0: no limit of its own
  /// File descriptors that the rest of the process needs: the store, the log, the tokens' workers.
  std::uint64_t spareDescriptors = 64;
  int requestThreads = 16;  ///< how many handlers run at a time; most of them wait for a token
  int requestQueue = 256;   ///< how many requests may wait for one of these threads...
  std::chrono::milliseconds queuePatience{1'000};  ///< ... and how long; beyond either: 503
  std::size_t headerLimit = 32 * 1024;
  std::chrono::milliseconds headerPatience{
      10'000};  ///< from the first byte to the end of the headers
  std::chrono::milliseconds bodyPatience{30'000};
  /// Between requests of a connection whose caller is proven; others have `headerPatience`.
  std::chrono::milliseconds idlePatience{120'000};
};

/// As of now; those that count up do so since the start.
struct ServerStatistics {
  std::uint64_t connectionsOpen = 0;
  std::uint64_t connectionsAccepted = 0;
  std::uint64_t connectionsRefused = 0;  ///< closed at once, or told that there are too many
  std::uint64_t connectionsEvicted = 0;  ///< idle strangers that made room for a newcomer
  std::uint64_t handshakesWaiting = 0;
  std::uint64_t handshakesRefused = 0;  ///< too many waited, or for too long
  std::uint64_t requestsWaiting = 0;
  std::uint64_t requestsRunning = 0;
  std::uint64_t requestsRefused = 0;  ///< likewise
};

/// Told of every request that was answered; `seconds` from its last byte until the answer is ready
/// to leave. Called on one thread, which waits for it: it does not block.
using RequestObserver = std::function<void(const Request&, const Response&, double seconds)>;

/// The front door: HTTPS. One thread holds all connections, others shake hands and run the
/// handlers. Nothing outside this folder knows what it is made of.
class Server {
 public:
  /// Raises the process's soft limit of descriptors to its hard one, binds and begins to serve.
  /// Throws std::runtime_error that says what to mend (port taken, certificate unreadable, fewer
  /// descriptors than maxConnections and spareDescriptors need).
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

  /// From any thread.
  ServerStatistics statistics() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace strongroom::http
