#pragma once

#include <Poco/Net/TCPServerConnection.h>

#include <optional>

#include "service/http/connection_registry.h"
#include "service/http/pipeline.h"
#include "service/http/request_reader.h"
#include "service/http/tls_context.h"
#include "service/http/tls_stream.h"

namespace strongroom::http {

/// What every connection shares; outlives them all.
struct ConnectionContext {
  const ServerOptions& options;
  const TlsContext& tls;
  const Pipeline& pipeline;
  ConnectionRegistry& registry;
};

/// One client's connection on its own thread: handshake, then request after request until either
/// side ends it. After any refusal of the server's own it ends, so that what follows on the wire is
/// never taken for a request.
class Connection final : public Poco::Net::TCPServerConnection {
 public:
  Connection(const Poco::Net::StreamSocket& socket, const ConnectionContext& context);
  void run() override;

 private:
  enum class Next { kKeepAlive, kClose };
  using Clock = std::chrono::steady_clock;

  void serve();
  Next serveOne();
  /// False: nothing came, or nothing that can be answered. `refusal` is set when it is to be
  /// refused.
  bool readHead(Request& request, Head& head, std::optional<Refusal>& refusal);
  bool readBody(Request& request, const Head& head, std::optional<Refusal>& refusal);
  Next refuse(const Request& request, const Route* route, Refusal refusal);
  Next answer(const Request& request, const Response& response, bool closes,
              Clock::time_point began);

  ConnectionContext context_;
  std::string peer_;
  TlsStream stream_;
  ConnectionRegistry::Entry entry_;  ///< after stream_: it ends before the descriptor does
  RequestReader reader_;
  SecretChars out_;
};

}  // namespace strongroom::http
