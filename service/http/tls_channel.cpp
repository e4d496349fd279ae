#include "service/http/tls_channel.h"

#include <openssl/err.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <new>
#include <utility>

namespace strongroom::http {

TlsChannel::TlsChannel(const Poco::Net::StreamSocket& socket, Poco::Net::Context::Ptr context)
    : socket_(socket), context_(std::move(context)), ssl_(SSL_new(context_->sslContext())) {
  if (!ssl_) throw std::bad_alloc();
  socket_.setBlocking(false);
  socket_.setNoDelay(true);
  // What comes in passes through memory: OpenSSL reads on for as long as there are records that
  // carry no data, and would never come back from a socket that is filled as fast.
  BIO* in = BIO_new(BIO_s_mem());
  BIO* out = BIO_new_socket(descriptor(), BIO_NOCLOSE);
  if (in == nullptr || out == nullptr) {
    BIO_free(in);
    BIO_free(out);
    throw std::bad_alloc();
  }
  BIO_set_mem_eof_return(in, -1);  // "later", not "the end"
  SSL_set_bio(ssl_.get(), in, out);
  SSL_set_accept_state(ssl_.get());
  SSL_set_msg_callback(ssl_.get(), onMessage);
  SSL_set_msg_callback_arg(ssl_.get(), this);
}

void TlsChannel::onMessage(int isWrite, int /*version*/, int type, const void* /*bytes*/,
                           std::size_t /*size*/, SSL* /*ssl*/, void* self) {
  auto* channel = static_cast<TlsChannel*>(self);
  if (isWrite == 0 && type == SSL3_RT_HANDSHAKE && channel->shaken_) ++channel->strays_;
}

bool TlsChannel::holdsInput() const {
  return SSL_pending(ssl_.get()) > 0 || BIO_pending(SSL_get_rbio(ssl_.get())) > 0;
}

TlsChannel::Status TlsChannel::feed() {
  std::array<char, kFeed> bytes;
  ssize_t got = 0;
  do {
    got = ::recv(descriptor(), bytes.data(), bytes.size(), 0);
  } while (got < 0 && errno == EINTR);
  if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return Status::kWantsRead;
  if (got <= 0 || BIO_write(SSL_get_rbio(ssl_.get()), bytes.data(), static_cast<int>(got)) != got) {
    broken_ = true;
    return Status::kClosed;
  }
  return Status::kOk;
}

TlsChannel::Status TlsChannel::statusOf(int result) {
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_NONE:
      return Status::kOk;
    case SSL_ERROR_WANT_READ:
      return Status::kWantsRead;
    case SSL_ERROR_WANT_WRITE:
      return Status::kWantsWrite;
    case SSL_ERROR_ZERO_RETURN:
      return Status::kClosed;
    default:  // a reset, a broken record, a refused handshake: no one to tell
      broken_ = true;
      return Status::kClosed;
  }
}

// OpenSSL's error queue belongs to the thread. What something else left in it would be taken for an
// error of this connection.

TlsChannel::Status TlsChannel::handshake() {
  for (bool fed = false;; fed = true) {
    ERR_clear_error();
    const Status status = statusOf(SSL_do_handshake(ssl_.get()));
    shaken_ = status == Status::kOk;
    if (status != Status::kWantsRead || fed) return status;
    if (const Status came = feed(); came != Status::kOk) return came;
  }
}

std::string_view TlsChannel::protocol() const {
  const unsigned char* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl_.get(), &name, &size);
  return {reinterpret_cast<const char*>(name), size};
}

TlsChannel::Status TlsChannel::read(std::span<char> room, std::size_t& bytes) {
  for (bool fed = false;; fed = true) {
    ERR_clear_error();
    bytes = 0;
    Status status = statusOf(SSL_read_ex(ssl_.get(), room.data(), room.size(), &bytes));
    if (bytes > 0) strays_ = 0;
    if (strays_ > kMaxStrays) {
      broken_ = true;
      return Status::kClosed;
    }
    if (status != Status::kWantsRead || fed) return status;
    if (const Status came = feed(); came != Status::kOk) return came;
  }
}

TlsChannel::Status TlsChannel::write(std::string_view data, std::size_t& bytes) {
  ERR_clear_error();
  bytes = 0;
  return statusOf(SSL_write_ex(ssl_.get(), data.data(), data.size(), &bytes));
}

void TlsChannel::finish() {
  ERR_clear_error();
  if (!broken_ && SSL_is_init_finished(ssl_.get())) SSL_shutdown(ssl_.get());
  ::shutdown(descriptor(), SHUT_WR);
}

void TlsChannel::cut() {
  ::shutdown(descriptor(), SHUT_RDWR);
}

TlsChannel::Status TlsChannel::discard(std::size_t& bytes) {
  std::array<char, 16 * 1024> waste;
  const ssize_t got = ::recv(descriptor(), waste.data(), waste.size(), 0);
  bytes = got > 0 ? static_cast<std::size_t>(got) : 0;
  if (got > 0 || (got < 0 && errno == EINTR)) return Status::kOk;
  return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) ? Status::kWantsRead
                                                              : Status::kClosed;
}

}  // namespace strongroom::http
