#pragma once

#include <openssl/ssl.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace strongroom::testing {

/// A client that sends exactly the bytes it is given, over TLS to 127.0.0.1, and trusts any
/// certificate. Reads give up after ten seconds, so that a test that waits for an answer which
/// never comes fails instead of hanging.
class TlsClient {
 public:
  struct Options {
    int maxVersion = 0;                ///< 0: the newest
    std::string protocol{};            ///< the one that is offered by ALPN; empty: no offer
    SSL_SESSION* session = nullptr;    ///< of an earlier client, to be resumed
    std::filesystem::path identity{};  ///< a folder with cert.pem and key.pem, shown when asked for
  };

  /// Connects and shakes hands; connected() says whether that went well.
  TlsClient(std::uint16_t port, const Options& options);
  explicit TlsClient(std::uint16_t port, int maxVersion = 0)
      : TlsClient(port, Options{.maxVersion = maxVersion}) {}
  ~TlsClient();
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  bool connected() const { return connected_; }
  /// False when the server has ended the connection.
  bool send(std::string_view bytes);
  /// Puts bytes on the wire as they are, past TLS.
  bool sendRaw(std::string_view bytes);
  /// TLS 1.3: a new key for what this side sends (RFC 8446, 4.6.3). False as of send().
  bool updateKey();
  /// Says that no more will be sent, by close_notify, and goes on listening.
  void endSending();

  struct Answer {
    int status = 0;
    std::string head;
    std::string body;
  };
  /// The next answer; nullopt when the connection ends first.
  std::optional<Answer> receive();
  /// True when the server ends the connection, without another byte.
  bool ended();

  /// The common name of the server's certificate.
  std::string serverName() const;
  /// What ALPN chose.
  std::string protocol() const;
  bool resumed() const { return SSL_session_reused(ssl_) == 1; }
  /// What a later client needs to resume; of TLS 1.3 once an answer has come.
  std::unique_ptr<SSL_SESSION, decltype(&SSL_SESSION_free)> session() const {
    return {SSL_get1_session(ssl_), SSL_SESSION_free};
  }

 private:
  bool fill();

  int socket_ = -1;
  SSL_CTX* context_ = nullptr;
  SSL* ssl_ = nullptr;
  bool connected_ = false;
  std::string buffer_;
};

}  // namespace strongroom::testing
