#include "service/http/server.h"

#include <Poco/Net/NetException.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/TCPServer.h>
#include <Poco/Net/TCPServerConnectionFactory.h>
#include <Poco/Net/TCPServerParams.h>
#include <Poco/ThreadPool.h>

#include <csignal>
#include <stdexcept>

#include "service/http/connection.h"
#include "service/http/descriptor_limit.h"

namespace strongroom::http {

namespace {

/// Threads beyond maxConnections: they answer 503, so that a client learns why.
constexpr int kRefusers = 8;
/// Connections that the kernel holds for us; they cost no descriptor of ours.
constexpr int kBacklog = 512;
/// Connections that are accepted and wait for a thread; each costs a descriptor.
constexpr int kAcceptQueue = 64;
/// For what else the service opens: the token's files, the store, the log.
constexpr int kSpareDescriptors = 64;
constexpr int kThreadIdleSeconds = 60;
/// How long a thread of Poco's dispatcher waits for a connection that another one took. A stop
/// waits for it, because a thread that begins to wait after the stop's wake-up misses it.
constexpr int kDispatcherIdleSeconds = 1;

class Factory final : public Poco::Net::TCPServerConnectionFactory {
 public:
  explicit Factory(const ConnectionContext& context) : context_(context) {}
  // The raw pointer is Poco's contract; its dispatcher owns it.
  Poco::Net::TCPServerConnection* createConnection(const Poco::Net::StreamSocket& socket) override {
    return new Connection(socket, context_);
  }

 private:
  ConnectionContext context_;
};

/// Running out of descriptors would take them from the token, which may not survive that.
ServerOptions withDescriptors(ServerOptions options) {
  const std::uint64_t needed = static_cast<std::uint64_t>(options.maxConnections) + kRefusers +
                               kAcceptQueue + kSpareDescriptors;
  const std::uint64_t allowed = raiseDescriptorLimit();
  if (needed > allowed) {
    const std::string connections = std::to_string(options.maxConnections);
    throw std::runtime_error("max_connections = " + connections + " needs " +
                             std::to_string(needed) + " file descriptors and " +
                             std::to_string(allowed) +
                             " are allowed: raise the hard limit (LimitNOFILE=, ulimit -Hn) or "
                             "lower max_connections");
  }
  return options;
}

Poco::Net::ServerSocket listenOn(const ServerOptions& options) {
  const std::string where = options.address + ":" + std::to_string(options.port);
  try {
    Poco::Net::ServerSocket socket;
    // Not SO_REUSEPORT, which is Poco's default: a second service would share the port instead of
    // failing.
    socket.bind(Poco::Net::SocketAddress(options.address, options.port), true, false);
    socket.listen(kBacklog);
    return socket;
  } catch (const Poco::Exception& error) {
    throw std::runtime_error("cannot listen on " + where + ": " + error.displayText());
  }
}

Poco::Net::TCPServerParams* paramsFor(int threads) {
  auto* params = new Poco::Net::TCPServerParams;  // TCPServer owns it
  params->setMaxThreads(threads);
  params->setMaxQueued(kAcceptQueue);
  params->setThreadIdleTime(Poco::Timespan(kDispatcherIdleSeconds, 0));
  return params;
}

}  // namespace

class Server::Impl {
 public:
  Impl(ServerOptions options, Routes routes, RequestObserver observer)
      : options_(withDescriptors(std::move(options))),
        tls_(options_.tls),
        pipeline_(std::move(routes), std::move(observer)),
        socket_(listenOn(options_)),
        threads_("http", 2, options_.maxConnections + kRefusers, kThreadIdleSeconds),
        server_(new Factory({options_, tls_, pipeline_, registry_}), threads_, socket_,
                paramsFor(options_.maxConnections + kRefusers)) {
    // OpenSSL writes without MSG_NOSIGNAL: a peer that went away must not end the process.
    std::signal(SIGPIPE, SIG_IGN);
    port_ = socket_.address().port();
    server_.start();
  }

  std::uint16_t port() const { return port_; }
  TlsContext& tls() { return tls_; }

  bool stop(std::chrono::milliseconds patience) {
    if (stopped_) return true;
    stopped_ = true;
    const auto deadline = std::chrono::steady_clock::now() + patience;
    server_.stop();
    socket_.close();
    registry_.beginDrain();
    const bool drained = registry_.awaitEmpty(deadline);
    if (!drained) registry_.cut();
    threads_.joinAll();
    return drained;
  }

 private:
  const ServerOptions options_;
  TlsContext tls_;
  Pipeline pipeline_;
  ConnectionRegistry registry_;
  Poco::Net::ServerSocket socket_;
  Poco::ThreadPool threads_;
  Poco::Net::TCPServer server_;
  std::uint16_t port_ = 0;
  bool stopped_ = false;
};

Server::Server(ServerOptions options, Routes routes, RequestObserver observer)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(routes), std::move(observer))) {}

Server::~Server() {
  impl_->stop(std::chrono::milliseconds(0));
}

std::uint16_t Server::port() const {
  return impl_->port();
}

void Server::reloadCertificate() {
  impl_->tls().reload();
}

std::chrono::system_clock::time_point Server::certificateNotAfter() const {
  return impl_->tls().notAfter();
}

bool Server::stop(std::chrono::milliseconds patience) {
  return impl_->stop(patience);
}

}  // namespace strongroom::http
