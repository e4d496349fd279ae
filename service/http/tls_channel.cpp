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
  SSL_set_fd(ssl_.get(), descriptor());
  SSL_set_accept_state(ssl_.get());
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
  ERR_clear_error();
  return statusOf(SSL_do_handshake(ssl_.get()));
}

std::string_view TlsChannel::protocol() const {
  const unsigned char* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl_.get(), &name, &size);
  return {reinterpret_cast<const char*>(name), size};
}

TlsChannel::Status TlsChannel::read(std::span<char> room, std::size_t& bytes) {
  ERR_clear_error();
  bytes = 0;
  return statusOf(SSL_read_ex(ssl_.get(), room.data(), room.size(), &bytes));
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
