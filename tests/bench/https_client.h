#pragma once

#include <openssl/ssl.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace strongroom::bench {

struct SslFree {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};

/// What connections share. Thread-safe once made.
class TlsContext {
 public:
  /// Trusts the certificate authority of that file and no other.
  explicit TlsContext(const std::filesystem::path& authority);
  SSL_CTX* get() const { return context_.get(); }

 private:
  std::unique_ptr<SSL_CTX, SslFree> context_;
};

/// One kept-alive HTTPS connection to 127.0.0.1 that does no more than a benchmark's client must:
/// writes bytes made ahead, reads one answer with a Content-Length. For one thread.
class HttpsClient {
 public:
  /// Connects and shakes hands. Throws std::runtime_error.
  HttpsClient(const TlsContext& context, std::uint16_t port);
  ~HttpsClient();
  HttpsClient(const HttpsClient&) = delete;
  HttpsClient& operator=(const HttpsClient&) = delete;

  /// Sends a whole request, reads the whole answer. Throws std::runtime_error unless the status is
  /// 200.
  void exchange(std::string_view request);

 private:
  int socket_;
  std::unique_ptr<SSL, SslFree> ssl_;
  std::string buffer_;
};

}  // namespace strongroom::bench
