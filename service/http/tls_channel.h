#pragma once

#include <Poco/Net/Context.h>
#include <Poco/Net/StreamSocket.h>
#include <openssl/ssl.h>

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

namespace strongroom::http {

/// The server's side of TLS on one accepted socket; never blocks. For one thread at a time, which
/// may be another from call to call.
class TlsChannel {
 public:
  enum class Status {
    kOk,
    kWantsRead,   ///< when the socket has something to read, again
    kWantsWrite,  ///< when the socket takes something, again
    kClosed,      ///< the peer has ended, or broken, the connection
  };

  /// Takes the socket over. Throws std::bad_alloc.
  TlsChannel(const Poco::Net::StreamSocket& socket, Poco::Net::Context::Ptr context);

  int descriptor() const { return socket_.impl()->sockfd(); }

  Status handshake();
  /// "h2" or "http/1.1", as agreed upon; empty when the client did not say.
  std::string_view protocol() const;

  /// `bytes` says how many of `room` were filled. Takes no more than kFeed bytes from the socket,
  /// so that a call has an end, whatever records they are.
  Status read(std::span<char> room, std::size_t& bytes);
  /// There are bytes of the peer here, whole or not, that the socket does not report any more.
  bool holdsInput() const;
  /// `bytes` says how many of `data`, which is not empty, went.
  Status write(std::string_view data, std::size_t& bytes);
  /// Ends both directions at once.
  void cut();
  /// Says good-bye, as far as that can be done at once, and sends nothing more.
  void finish();
  /// After finish(): throws away what the peer still sends; kClosed when it has ended its side too.
  Status discard(std::size_t& bytes);

 private:
  struct Free {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };

  static constexpr std::size_t kFeed = 16 * 1024;
  /// Messages of the handshake protocol after the handshake, such as KeyUpdate, that a peer may
  /// send between two records of data.
  static constexpr int kMaxStrays = 32;

  static void onMessage(int isWrite, int version, int type, const void* bytes, std::size_t size,
                        SSL* ssl, void* self);
  Status statusOf(int result);
  /// Hands OpenSSL what the socket has, once.
  Status feed();

  Poco::Net::StreamSocket socket_;
  Poco::Net::Context::Ptr context_;  ///< a reload may bring another one meanwhile
  std::unique_ptr<SSL, Free> ssl_;
  bool shaken_ = false;
  int strays_ = 0;
  bool broken_ = false;
};

}  // namespace strongroom::http
