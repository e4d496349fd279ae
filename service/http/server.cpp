#include "service/http/server.h"

#include <Poco/Logger.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/ServerSocket.h>

#include <algorithm>
#include <csignal>
#include <future>
#include <stdexcept>
#include <thread>

#include "service/http/acceptor.h"
#include "service/http/connection_registry.h"
#include "service/http/descriptor_limit.h"
#include "service/http/tls_context.h"

namespace strongroom::http {

namespace {

/// Connections beyond maxConnections: they are answered 503, so that a client learns why.
constexpr int kCrowd = 64;
/// Connections that the kernel holds for us; they cost no descriptor of ours.
constexpr int kBacklog = 1'024;
/// The loop's own, the listening socket and the like.
constexpr int kOwnDescriptors = 8;

/// A flood of newcomers costs the others little: their arithmetic has threads of its own, which
/// yield to those of requests.
WorkPool::Options handshakePool() {
  return {.name = "handshake",
          .threads = std::max(1U, std::thread::hardware_concurrency() / 2),
          .queue = 4'096,
          .patience = std::chrono::seconds(4),
          .niceness = 10};
}

WorkPool::Options requestPool(const ServerOptions& options) {
  return {.name = "request",
          .threads = static_cast<unsigned>(options.requestThreads),
          .queue = static_cast<std::size_t>(options.requestQueue),
          .patience = options.queuePatience};
}

WorkPool::Options checkPool() {
  return {.name = "check", .threads = 2, .queue = 256};
}

WorkPool::Options reportPool() {
  return {.name = "report", .threads = 1, .queue = 16};
}

ConnectionRegistry::Limits limitsOf(const ServerOptions& options) {
  ConnectionRegistry::Limits limits{.connections = static_cast<std::size_t>(options.maxConnections),
                                    .crowd = kCrowd};
  if (options.maxConnectionsPerClient > 0) {
    limits.perClient = static_cast<std::size_t>(options.maxConnectionsPerClient);
  }
  return limits;
}

/// Running out of descriptors would take them from the token, which may not survive that.
ServerOptions withDescriptors(ServerOptions options) {
  const auto needed = static_cast<std::uint64_t>(options.maxConnections) + kCrowd +
                      kOwnDescriptors + options.spareDescriptors;
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

}  // namespace

class Server::Impl {
 public:
  Impl(ServerOptions options, Routes routes, RequestObserver observer)
      : options_(withDescriptors(std::move(options))),
        tls_(options_.tls, options_.tlsMinimum),
        pipeline_(std::move(routes), std::move(observer)),
        socket_(listenOn(options_)),
        registry_(limitsOf(options_)),
        handshakes_(handshakePool()),
        requests_(requestPool(options_)),
        checks_(checkPool()),
        reports_(reportPool()),
        context_{{options_, pipeline_},
                 loop_,
                 registry_,
                 handshakes_,
                 {&requests_, &checks_, &reports_}},
        acceptor_(loop_, socket_, [this](const auto& socket) { take(socket); }) {
    // OpenSSL writes without MSG_NOSIGNAL: a peer that went away must not end the process.
    std::signal(SIGPIPE, SIG_IGN);
    port_ = socket_.address().port();
    thread_ = std::jthread([this] { loop_.run(); });
  }
  ~Impl() { stop(std::chrono::milliseconds(0)); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  std::uint16_t port() const { return port_; }
  TlsContext& tls() { return tls_; }

  bool stop(std::chrono::milliseconds patience) {
    if (stopped_) return true;
    stopped_ = true;
    const auto deadline = std::chrono::steady_clock::now() + patience;
    onLoop([this] {
      acceptor_.close();
      registry_.drain();
    });
    const bool drained = registry_.awaitEmpty(deadline);
    onLoop([this] { registry_.cut(); });
    // Handlers that still run are waited for, and reported: no request passes unseen.
    handshakes_.stop();
    requests_.stop();
    checks_.stop();
    reports_.stop();
    onLoop([] {});
    loop_.stop();
    thread_.join();
    return drained;
  }

  ServerStatistics statistics() const {
    const ConnectionRegistry::Counters connections = registry_.counters();
    const WorkPool::Counters handshakes = handshakes_.counters();
    const WorkPool::Counters requests = requests_.counters();
    return {.connectionsOpen = connections.open,
            .connectionsAccepted = connections.accepted,
            .connectionsRefused = connections.refused,
            .connectionsEvicted = connections.evicted,
            .handshakesWaiting = handshakes.waiting,
            .handshakesRefused = handshakes.refused + handshakes.late,
            .requestsWaiting = requests.waiting,
            .requestsRunning = requests.running,
            .requestsRefused = requests.refused + requests.late};
  }

 private:
  /// Waits until the loop has done it, and what was posted before.
  void onLoop(const std::function<void()>& step) {
    std::promise<void> done;
    loop_.post([&] {
      step();
      done.set_value();
    });
    done.get_future().wait();
  }

  void take(const Poco::Net::StreamSocket& socket) {
    try {
      std::string client = socket.peerAddress().host().toString();
      if (!registry_.mayCome(client)) return;  // and the socket is closed
      const auto connection =
          std::make_shared<Connection>(context_, socket, tls_.current(), std::move(client));
      registry_.add(connection);
      connection->start();
    } catch (const std::exception& error) {  // one that is gone already has no address
      Poco::Logger::get("http").debug(std::string("a connection was not taken: ") + error.what());
    }
  }

  const ServerOptions options_;
  TlsContext tls_;
  const Pipeline pipeline_;
  Poco::Net::ServerSocket socket_;
  ConnectionRegistry registry_;  ///< outlives the last connection, which may be in a task
  EventLoop loop_;
  WorkPool handshakes_;
  WorkPool requests_;
  WorkPool checks_;
  WorkPool reports_;
  const ConnectionContext context_;
  Acceptor acceptor_;
  std::uint16_t port_ = 0;
  bool stopped_ = false;
  std::jthread thread_;
};

Server::Server(ServerOptions options, Routes routes, RequestObserver observer)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(routes), std::move(observer))) {}

Server::~Server() = default;

std::uint16_t Server::port() const {
  return impl_->port();
}

void Server::reloadCertificate() {
  impl_->tls().reload();
}

std::chrono::system_clock::time_point Server::certificateNotAfter() const {
  return impl_->tls().notAfter();
}

ServerStatistics Server::statistics() const {
  return impl_->statistics();
}

bool Server::stop(std::chrono::milliseconds patience) {
  return impl_->stop(patience);
}

}  // namespace strongroom::http
