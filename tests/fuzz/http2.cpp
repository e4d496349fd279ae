// A conversation in HTTP/2, sans I/O. Input: whether the client's preface comes by itself, then
// steps: what to do, and for bytes of the wire how many.
#include "service/http/http2_protocol.h"

#include <deque>

#include "tests/fuzz/fuzz.h"

namespace strongroom::fuzz {
namespace {

using Clock = http::Protocol::Clock;

constexpr std::size_t kBodyLimit = 4'096;
constexpr std::string_view kPreface("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0", 33);

class Conversation {
 public:
  void talk(Input& input) {
    if (input.number() % 2 == 0) feed(asBytes(kPreface));
    while (!input.empty() && !protocol_.hasEnded()) step(input);
    end();
  }

 private:
  void step(Input& input) {
    const std::uint8_t what = input.number();
    switch (what % 8) {
      case 0:
        return answerOne(what / 8);
      case 1:
        return pass(std::chrono::milliseconds(100 * (what / 8)));
      case 2:
        return take(1 + what / 8);
      case 3:
        if (what == 3) protocol_.drain(now_);
        return;
      default:
        return feed(input.bytes(input.number()));
    }
  }

  void feed(ByteView bytes) {
    const std::string_view text = asText(bytes);
    if (protocol_.wantsInput()) protocol_.receive(text, now_);
    while (auto exchange = protocol_.next()) {
      check(*exchange);
      inFlight_.push_back(std::move(*exchange));
    }
    require(inFlight_.size() <= http::Http2Protocol::kMaxStreams, "handlers are bounded");
    if (inFlight_.empty()) take(1'000'000);
  }

  static void check(const http::Exchange& exchange) {
    const http::Request& request = exchange.request;
    require(exchange.route != nullptr, "what is handed on has a route");
    require(request.method == exchange.route->method && request.path == exchange.route->path,
            "and it is that of the request");
    require(request.body.size() <= exchange.route->bodyLimit, "a body is within its limit");
    require(request.header("host").has_value(), "there is exactly one host");
    require(request.headers.size() <= 100, "the number of fields is bounded");
    for (const auto& [name, value] : request.headers) {
      require(
          !name.empty() && std::ranges::none_of(name, [](char c) { return c >= 'A' && c <= 'Z'; }),
          "names are in lower case");
      require(value.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos,
              "a value is one line");
    }
  }

  void answerOne(std::size_t which) {
    if (inFlight_.empty()) return;
    const auto chosen = inFlight_.begin() + static_cast<std::ptrdiff_t>(which % inFlight_.size());
    http::Response response = chosen->route->handle(chosen->request, {});
    protocol_.answer(*chosen, response, which == 31, now_);
    inFlight_.erase(chosen);
  }

  void pass(std::chrono::milliseconds time) {
    now_ += time;
    protocol_.expire(now_);
    require(protocol_.hasEnded() || protocol_.deadline() > now_, "what is overdue is done with");
  }

  void take(std::size_t most) {
    while (most > 0) {
      const std::size_t bytes = std::min(most, protocol_.output().size());
      if (bytes == 0) return;
      protocol_.sent(bytes, now_);
      most -= bytes;
    }
  }

  /// Whatever came, time ends every conversation.
  void end() {
    while (!inFlight_.empty()) answerOne(0);
    protocol_.receiveEnd(now_);
    for (int i = 0; i < 100 && !protocol_.hasEnded(); ++i) {
      take(1'000'000);
      pass(std::chrono::seconds(60));
    }
    require(protocol_.hasEnded(), "every conversation ends");
    require(reported_ >= handled_, "every request that was handled is reported");
  }

  http::Routes routes() {
    const auto echo = [this](http::Request& request, hsm::Deadline) {
      ++handled_;
      http::Response response;
      response.body = request.body;
      response.caller = request.header("x-caller").value_or("");
      return response;
    };
    return {{"POST", "/", kBodyLimit, std::chrono::seconds(1), echo, {}},
            {"GET", "/", 0, std::chrono::seconds(1), echo, {}}};
  }

  std::size_t handled_ = 0;
  std::size_t reported_ = 0;
  Clock::time_point now_{std::chrono::hours(1)};
  const http::ServerOptions options_;
  const http::Pipeline pipeline_{
      routes(), [this](const http::Request&, const http::Response&, double) { ++reported_; }};
  http::Http2Protocol protocol_{{options_, pipeline_}, "192.0.2.1:4711", now_};
  std::deque<http::Exchange> inFlight_;
};

}  // namespace

void run(ByteView bytes) {
  Input input(bytes);
  Conversation().talk(input);
}

}  // namespace strongroom::fuzz
