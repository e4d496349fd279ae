#include "tests/service/http/tls_client.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <csignal>

namespace strongroom::testing {

TlsClient::TlsClient(std::uint16_t port, const Options& options) {
  std::signal(SIGPIPE, SIG_IGN);
  socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
  const timeval patience{10, 0};
  setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  context_ = SSL_CTX_new(TLS_client_method());
  if (options.maxVersion != 0) {
    SSL_CTX_set_security_level(context_, 0);
    SSL_CTX_set_min_proto_version(context_, TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context_, options.maxVersion);
  }
  if (!options.identity.empty()) {
    SSL_CTX_use_certificate_chain_file(context_, (options.identity / "cert.pem").c_str());
    SSL_CTX_use_PrivateKey_file(context_, (options.identity / "key.pem").c_str(), SSL_FILETYPE_PEM);
  }
  ssl_ = SSL_new(context_);
  if (options.session != nullptr) SSL_set_session(ssl_, options.session);
  if (!options.protocol.empty()) {
    const std::string offer = static_cast<char>(options.protocol.size()) + options.protocol;
    SSL_set_alpn_protos(ssl_, reinterpret_cast<const unsigned char*>(offer.data()),
                        static_cast<unsigned>(offer.size()));
  }
  SSL_set_fd(ssl_, socket_);
  connected_ =
      ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
      SSL_connect(ssl_) == 1;
}

TlsClient::~TlsClient() {
  SSL_free(ssl_);
  SSL_CTX_free(context_);
  ::close(socket_);
}

bool TlsClient::send(std::string_view bytes) {
  ERR_clear_error();
  return bytes.empty() || SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size())) > 0;
}

bool TlsClient::sendRaw(std::string_view bytes) {
  return ::send(socket_, bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size());
}

bool TlsClient::updateKey() {
  ERR_clear_error();
  return SSL_key_update(ssl_, SSL_KEY_UPDATE_NOT_REQUESTED) == 1 && SSL_do_handshake(ssl_) == 1;
}

void TlsClient::endSending() {
  SSL_shutdown(ssl_);
}

bool TlsClient::fill() {
  std::array<char, 16 * 1024> chunk;
  ERR_clear_error();
  const int bytes = SSL_read(ssl_, chunk.data(), chunk.size());
  if (bytes > 0) buffer_.append(chunk.data(), static_cast<std::size_t>(bytes));
  return bytes > 0;
}

std::optional<TlsClient::Answer> TlsClient::receive() {
  std::size_t end = 0;
  while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
    if (!fill()) return std::nullopt;
  }
  Answer answer;
  answer.head = buffer_.substr(0, end + 4);
  buffer_.erase(0, end + 4);
  answer.status = std::stoi(answer.head.substr(9, 3));
  constexpr std::string_view kLength = "Content-Length: ";
  const std::size_t field = answer.head.find(kLength);
  const std::size_t length =
      field == std::string::npos ? 0 : std::stoul(answer.head.substr(field + kLength.size()));
  while (buffer_.size() < length) {
    if (!fill()) return std::nullopt;
  }
  answer.body = buffer_.substr(0, length);
  buffer_.erase(0, length);
  return answer;
}

bool TlsClient::ended() {
  if (!buffer_.empty() || fill()) return false;
  return SSL_get_error(ssl_, 0) != SSL_ERROR_WANT_READ && errno != EAGAIN;
}

std::string TlsClient::protocol() const {
  const unsigned char* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl_, &name, &size);
  return {reinterpret_cast<const char*>(name), size};
}

std::string TlsClient::serverName() const {
  X509* certificate = SSL_get1_peer_certificate(ssl_);
  std::array<char, 256> name{};
  X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name.data(),
                            name.size());
  X509_free(certificate);
  return name.data();
}

}  // namespace strongroom::testing
