#include "tests/bench/https_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <stdexcept>

namespace strongroom::bench {
namespace {

constexpr std::size_t kReadBytes = 16 * 1024;

int connectTo(std::uint16_t port) {
  const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    close(descriptor);
    throw std::runtime_error("cannot connect to 127.0.0.1:" + std::to_string(port));
  }
  const int on = 1;
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return descriptor;
}

/// The value of Content-Length in a response's head; throws when there is none.
std::size_t contentLength(std::string_view head) {
  constexpr std::string_view kName = "\r\ncontent-length:";
  for (std::size_t at = head.find("\r\n"); at != std::string_view::npos;
       at = head.find("\r\n", at + 2)) {
    if (head.size() - at < kName.size() ||
        strncasecmp(head.data() + at, kName.data(), kName.size()) != 0)
      continue;
    std::size_t value = at + kName.size();
    while (value < head.size() && head[value] == ' ') ++value;
    std::size_t length = 0;
    std::from_chars(head.data() + value, head.data() + head.size(), length);
    return length;
  }
  throw std::runtime_error("an answer without Content-Length");
}

}  // namespace

TlsContext::TlsContext(const std::filesystem::path& authority)
    : context_(SSL_CTX_new(TLS_client_method())) {
  if (!context_ || SSL_CTX_load_verify_locations(context_.get(), authority.c_str(), nullptr) != 1)
    throw std::runtime_error("cannot read the certificate authority " + authority.string());
  SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
}

HttpsClient::HttpsClient(const TlsContext& context, std::uint16_t port)
    : socket_(connectTo(port)), ssl_(SSL_new(context.get())) {
  if (SSL_set_fd(ssl_.get(), socket_) != 1 || SSL_connect(ssl_.get()) != 1)
    throw std::runtime_error("the TLS handshake failed");
}

HttpsClient::~HttpsClient() {
  close(socket_);
}

void HttpsClient::exchange(std::string_view request) {
  if (SSL_write(ssl_.get(), request.data(), static_cast<int>(request.size())) <= 0)
    throw std::runtime_error("the request could not be written");
  buffer_.clear();
  std::size_t whole = std::string::npos;
  while (buffer_.size() < whole) {
    const std::size_t had = buffer_.size();
    buffer_.resize(had + kReadBytes);
    const int got = SSL_read(ssl_.get(), buffer_.data() + had, kReadBytes);
    if (got <= 0) throw std::runtime_error("the server closed the connection");
    buffer_.resize(had + static_cast<std::size_t>(got));
    if (const std::size_t end = buffer_.find("\r\n\r\n");
        whole == std::string::npos && end != std::string::npos)
      whole = end + 4 + contentLength(std::string_view(buffer_).substr(0, end));
  }
  if (buffer_.compare(0, 12, "HTTP/1.1 200") != 0) throw std::runtime_error("answered: " + buffer_);
}

}  // namespace strongroom::bench
