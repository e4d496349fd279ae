#include "service/http/connection.h"

#include <Poco/Logger.h>

#include <algorithm>
#include <utility>

#include "service/http/connection_registry.h"
#include "service/http/http1_protocol.h"
#include "service/http/http2_protocol.h"

namespace strongroom::http {
namespace {

constexpr std::chrono::milliseconds kHandshakePatience{5'000};
constexpr std::chrono::milliseconds kLinger{1'000};
constexpr std::size_t kLingerBytes = 1 << 20;
/// Reads of one connection before the others have their turn.
constexpr int kReadsPerTurn = 4;
constexpr auto kNever = EventLoop::Clock::time_point::max();

/// Where bytes of the wire lie for the moment between two layers; wiped after each.
std::span<char> scratch() {
  thread_local SecretChars bytes(16 * 1024);
  return bytes;
}

/// What ALPN agreed upon; HTTP/1.1 with a client that did not ask.
std::unique_ptr<Protocol> speak(std::string_view name, const ProtocolContext& context,
                                const std::string& peer, EventLoop::Clock::time_point now) {
  if (name == "h2") return std::make_unique<Http2Protocol>(context, peer, now);
  return std::make_unique<Http1Protocol>(context, peer, now);
}

}  // namespace

Connection::Connection(const ConnectionContext& context, const Poco::Net::StreamSocket& socket,
                       const Poco::Net::Context::Ptr& tls, std::string client)
    : context_(context),
      client_(std::move(client)),
      peer_(socket.peerAddress().toString()),
      tls_(socket, tls),
      deadline_(context.loop.now() + kHandshakePatience) {
  context_.registry.countAlive(1);
}

Connection::~Connection() {
  context_.registry.countAlive(-1);
}

void Connection::start() {
  // Until it has shaken hands it is a stranger that waits, like one that is idle.
  strangerSince_ = context_.loop.now();
  context_.registry.noteStranger(*this);
  context_.loop.wakeAt(*this, deadline_);
  await(EPOLLIN);
}

template <class Step>
void Connection::guarded(Step step) {
  const auto alive = shared_from_this();
  try {
    step();
  } catch (const std::exception& error) {
    Poco::Logger::get("http").error("connection from " + peer_ + ": " + error.what());
    end();
  }
}

void Connection::ready(std::uint32_t /*events*/) {
  guarded([this] {
    switch (state_) {
      case State::kHandshake:
        return shakeHands();
      case State::kServing:
        return wantsAnything() ? serve(Readable::kYes) : await(0);
      case State::kLingering:
        return discardInput();
      case State::kEnded:
        return;
    }
  });
}

void Connection::due(Clock::time_point now) {
  guarded([&] {
    if (state_ != State::kServing) return end();
    protocol_->expire(now);
    serve(Readable::kNo);
  });
}

bool Connection::wantsAnything() {
  return (protocol_->wantsInput() && !readEnded_) || !protocol_->output().empty();
}

void Connection::await(std::uint32_t events) {
  if (events == awaited_) return;
  const std::uint32_t before = std::exchange(awaited_, events);
  if (events == 0) {
    // Not watched at all, for a connection that is reset would be reported again and again.
    const Clock::time_point keeps = state_ == State::kServing ? protocol_->deadline() : deadline_;
    context_.loop.forget(*this, tls_.descriptor());
    context_.loop.wakeAt(*this, keeps);
  } else if (before == 0) {
    context_.loop.watch(*this, tls_.descriptor(), events);
  } else {
    context_.loop.change(*this, tls_.descriptor(), events);
  }
}

void Connection::shakeHands() {
  await(0);
  const auto step = [self = shared_from_this()](bool late) {
    if (self->ended_) return;
    const auto status = late ? TlsChannel::Status::kClosed : self->tls_.handshake();
    self->context_.loop.post([self, status] { self->guarded([&] { self->shaken(status); }); });
  };
  if (!context_.handshakes.tryAdd(step)) end();
}

void Connection::shaken(TlsChannel::Status status) {
  if (state_ == State::kEnded) return;
  switch (status) {
    case TlsChannel::Status::kOk:
      return beginServing();
    case TlsChannel::Status::kWantsRead:
      return await(EPOLLIN);
    case TlsChannel::Status::kWantsWrite:
      return await(EPOLLOUT);
    case TlsChannel::Status::kClosed:
      return end();
  }
}

void Connection::beginServing() {
  context_.registry.forgetStranger(*this);
  strangerSince_ = kNever;
  become(State::kServing);
  protocol_ = speak(tls_.protocol(), context_.protocol, peer_, Clock::now());
  // Only now: whoever takes a place from another shall have had some work with it.
  crowded_ = !context_.registry.makeRoom(*this);
  if (context_.registry.draining()) protocol_->drain(Clock::now());
  serve(Readable::kYes);
}

void Connection::become(State next) {
  if (next == State::kServing) context_.registry.countServing(1);
  if (state_ == State::kServing) context_.registry.countServing(-1);
  state_ = next;
}

void Connection::serve(Readable readable) {
  if (serving_) return;
  serving_ = true;
  int reads = 0;
  bool moved = true;
  while (state_ == State::kServing && moved) {
    moved = false;
    while (auto exchange = protocol_->next()) submit(std::move(*exchange));
    if (flush()) moved = true;
    if (state_ != State::kServing || reads == kReadsPerTurn) continue;
    // Without a report there is nothing new in the socket, but for what OpenSSL has read already.
    const bool mayRead = readable == Readable::kYes || tls_.holdsInput();
    if (mayRead && protocol_->wantsInput() && readSome()) {
      ++reads;
      moved = true;
    }
  }
  serving_ = false;
  if (state_ != State::kServing) return;
  if (tls_.holdsInput() && protocol_->wantsInput() && !goesOn_) {
    goesOn_ = true;
    context_.loop.post([self = shared_from_this()] {
      self->goesOn_ = false;
      self->guarded([&] { self->serve(Readable::kNo); });
    });
  }
  settle();
}

bool Connection::readSome() {
  if (readEnded_) return false;
  const std::span<char> room = scratch();
  std::size_t bytes = 0;
  const TlsChannel::Status status = tls_.read(room, bytes);
  if (status == TlsChannel::Status::kClosed) {
    readEnded_ = true;
    protocol_->receiveEnd(context_.loop.now());
    return true;
  }
  if (bytes == 0) return false;
  protocol_->receive(room.first(bytes), context_.loop.now());
  explicit_bzero(room.data(), bytes);
  return true;
}

void Connection::submit(Exchange exchange) {
  if (crowded_) crowded_ = !context_.registry.makeRoom(*this);
  if (crowded_ && exchange.route->handlers == Handlers::kRequests) {
    context_.registry.countRefused();
    return refuse(exchange, true);
  }
  const auto shared = std::make_shared<Exchange>(std::move(exchange));
  const hsm::Deadline deadline = hsm::deadlineIn(shared->route->patience);
  const auto work = [self = shared_from_this(), shared, deadline](bool late) {
    const Pipeline& pipeline = self->context_.protocol.pipeline;
    bool faulted = false;
    auto response = std::make_shared<Response>(
        late ? pipeline.refuse(shared->route, Refusal::kOverloaded, shared->request.requestId)
             : pipeline.run(*shared->route, shared->request, deadline, faulted));
    self->context_.loop.post([self, shared, response, faulted] {
      self->guarded([&] { self->answered(*shared, *response, faulted); });
    });
  };
  if (context_.pools[static_cast<std::size_t>(shared->route->handlers)]->tryAdd(work)) {
    ++inFlight_;
  } else {
    refuse(*shared, false);
  }
}

void Connection::refuse(const Exchange& exchange, bool closes) {
  const Response refusal = context_.protocol.pipeline.refuse(exchange.route, Refusal::kOverloaded,
                                                             exchange.request.requestId);
  protocol_->answer(exchange, refusal, closes, Clock::now());
}

void Connection::answered(const Exchange& exchange, const Response& response, bool faulted) {
  --inFlight_;
  protocol_->answer(exchange, response, faulted, Clock::now());
  serve(Readable::kNo);
}

bool Connection::flush() {
  bool moved = false;
  for (std::string_view data = protocol_->output(); !data.empty(); data = protocol_->output()) {
    std::size_t bytes = 0;
    const TlsChannel::Status status = tls_.write(data, bytes);
    if (status == TlsChannel::Status::kClosed) {
      end();
      return false;
    }
    if (bytes == 0) return moved;
    protocol_->sent(bytes, context_.loop.now());
    moved = true;
  }
  if (protocol_->hasEnded()) linger();
  return moved;
}

void Connection::settle() {
  std::uint32_t events = 0;
  if (protocol_->wantsInput() && !readEnded_) events |= EPOLLIN;
  if (!protocol_->output().empty()) events |= EPOLLOUT;
  // Where nothing is wanted the loop still watches: it seldom has anything to say.
  if (events != 0) await(events);
  context_.loop.wakeAt(*this, protocol_->deadline());
  const bool stranger = inFlight_ == 0 && !protocol_->isProven();
  if (stranger == (strangerSince_ != kNever)) return;
  context_.registry.forgetStranger(*this);
  strangerSince_ = stranger ? context_.loop.now() : kNever;
  context_.registry.noteStranger(*this);
}

void Connection::drain() {
  guarded([this] {
    if (state_ == State::kHandshake) return end();
    if (state_ != State::kServing) return;
    protocol_->drain(Clock::now());
    serve(Readable::kNo);
  });
}

void Connection::makeWay() {
  drain();
  guarded([this] {
    // Half a request, or HTTP/2's wait for the peer to have heard of it.
    if (state_ == State::kServing) linger();
  });
}

void Connection::linger() {
  context_.registry.forgetStranger(*this);
  strangerSince_ = kNever;
  become(State::kLingering);
  deadline_ = Clock::now() + kLinger;
  tls_.finish();
  await(EPOLLIN);
  context_.loop.wakeAt(*this, deadline_);
}

void Connection::discardInput() {
  std::size_t bytes = 0;
  const TlsChannel::Status status = tls_.discard(bytes);
  discarded_ += bytes;
  if (status == TlsChannel::Status::kClosed || discarded_ > kLingerBytes) end();
}

void Connection::end() {
  if (state_ == State::kEnded) return;
  const auto alive = shared_from_this();
  context_.registry.forgetStranger(*this);
  context_.registry.remove(*this);
  become(State::kEnded);
  ended_ = true;
  await(0);
  context_.loop.wakeAt(*this, kNever);
  tls_.cut();
}

}  // namespace strongroom::http
