#include "service/http/connection.h"

#include <Poco/Logger.h>

#include "service/http/request_id.h"
#include "service/http/response_writer.h"

namespace strongroom::http {

namespace {

constexpr std::chrono::milliseconds kHandshakePatience{5'000};
/// For a connection over the limit: it holds one of the few threads that say so.
constexpr std::chrono::milliseconds kCrowdedPatience{1'000};

}  // namespace

Connection::Connection(const Poco::Net::StreamSocket& socket, const ConnectionContext& context)
    : Poco::Net::TCPServerConnection(socket),
      context_(context),
      peer_(socket.peerAddress().toString()),
      stream_(socket, context.tls.current()),
      entry_(context.registry, socket.impl()->sockfd()),
      reader_(context.options.headerLimit) {}

void Connection::run() {
  try {
    serve();
  } catch (const std::exception& error) {
    Poco::Logger::get("http").error("connection from " + peer_ + ": " + error.what());
  }
}

void Connection::serve() {
  const auto most = static_cast<std::size_t>(context_.options.maxConnections);
  const bool crowded = entry_.rank() > most;
  const auto patience = crowded ? kCrowdedPatience : kHandshakePatience;
  if (stream_.handshake(Clock::now() + patience) != TlsStream::Status::kOk) return;
  // Only after the handshake: whoever takes a place from another shall have had some work with it.
  if (crowded && !context_.registry.makeRoom(most)) {
    Request none;
    none.requestId = newRequestId();
    none.peer = peer_;
    refuse(none, nullptr, Refusal::kOverloaded);
  } else {
    while (serveOne() == Next::kKeepAlive) continue;
  }
  stream_.finish();
}

Connection::Next Connection::serveOne() {
  Request request;
  request.peer = peer_;
  Head head;
  std::optional<Refusal> refusal;
  if (!readHead(request, head, refusal)) {
    return refusal ? refuse(request, nullptr, *refusal) : Next::kClose;
  }
  const Pipeline::Match match = context_.pipeline.match(request, head.contentLength);
  if (match.refusal) return refuse(request, match.route, *match.refusal);
  if (!readBody(request, head, refusal)) {
    return refusal ? refuse(request, match.route, *refusal) : Next::kClose;
  }
  const Clock::time_point began = Clock::now();
  bool faulted = false;
  const Response response = context_.pipeline.run(*match.route, request, faulted);
  if (!response.caller.empty()) entry_.prove();
  const bool closes = faulted || !head.keepAlive || entry_.ends();
  return answer(request, response, closes, began);
}

bool Connection::readHead(Request& request, Head& head, std::optional<Refusal>& refusal) {
  const ServerOptions& options = context_.options;
  const bool idle = reader_.empty();
  if (idle && !entry_.becomeIdle()) return false;
  // A client connects to ask: only between requests may it take its time, and only one that has
  // shown who it is.
  auto deadline =
      Clock::now() + (idle && entry_.proven() ? options.idlePatience : options.headerPatience);
  for (;;) {
    Refusal reason{};
    const auto progress = reader_.readHead(request, head, reason);
    if (progress != RequestReader::Progress::kIncomplete) {
      request.requestId = newRequestId();
      if (progress == RequestReader::Progress::kRefused) refusal = reason;
      return progress == RequestReader::Progress::kComplete;
    }
    const bool nothingYet = reader_.empty();
    std::size_t bytes = 0;
    const auto status = stream_.read(reader_.space(), bytes, deadline);
    if (status != TlsStream::Status::kOk) {
      if (nothingYet || status == TlsStream::Status::kClosed) return false;
      request.requestId = newRequestId();
      refusal = Refusal::kTooSlow;
      return false;
    }
    if (nothingYet) {
      entry_.becomeBusy();
      deadline = Clock::now() + options.headerPatience;
    }
    reader_.commit(bytes);
  }
}

bool Connection::readBody(Request& request, const Head& head, std::optional<Refusal>& refusal) {
  std::size_t filled = reader_.beginBody(request, head);
  const auto deadline = Clock::now() + context_.options.bodyPatience;
  if (head.expectsContinue && filled < head.contentLength) {
    if (stream_.write("HTTP/1.1 100 Continue\r\n\r\n", deadline) != TlsStream::Status::kOk)
      return false;
  }
  while (filled < head.contentLength) {
    std::size_t bytes = 0;
    const auto status = stream_.read(std::span(request.body).subspan(filled), bytes, deadline);
    if (status != TlsStream::Status::kOk) {
      // Half a request is never acted upon. A peer that has only ended its own side still hears
      // why.
      refusal = status == TlsStream::Status::kClosed ? Refusal::kMalformed : Refusal::kTooSlow;
      return false;
    }
    filled += bytes;
  }
  return true;
}

Connection::Next Connection::refuse(const Request& request, const Route* route, Refusal refusal) {
  const Clock::time_point began = Clock::now();
  answer(request, context_.pipeline.refuse(route, refusal, request.requestId), true, began);
  return Next::kClose;
}

Connection::Next Connection::answer(const Request& request, const Response& response, bool closes,
                                    Clock::time_point began) {
  serialise(response, closes, request.method != "HEAD", out_);
  const auto sent =
      stream_.write({out_.data(), out_.size()}, Clock::now() + context_.options.bodyPatience);
  explicit_bzero(out_.data(), out_.size());
  context_.pipeline.report(request, response,
                           std::chrono::duration<double>(Clock::now() - began).count());
  return closes || sent != TlsStream::Status::kOk ? Next::kClose : Next::kKeepAlive;
}

}  // namespace strongroom::http
