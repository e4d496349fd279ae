#pragma once

#include <gtest/gtest.h>

#include <optional>

#include "service/http/http2_protocol.h"
#include "tests/service/http/http2_client.h"

namespace strongroom::testing {

/// A protocol, without a socket, with a few routes: POST /echo (up to 64 KiB) in the words of a
/// dialect, GET and HEAD /count, GET /big (300 kB), and a peer.
class Http2Fixture : public ::testing::Test {
 protected:
  using Clock = http::Protocol::Clock;
  using Exchanges = std::vector<http::Exchange>;

  /// Requests that are complete, taken as the server takes them.
  Exchanges taken() {
    Exchanges all;
    while (auto exchange = protocol_.next()) all.push_back(std::move(*exchange));
    return all;
  }
  http::Response responseTo(http::Exchange& exchange) {
    return exchange.route->handle(exchange.request, {});
  }
  void answer(http::Exchange& exchange, bool closes = false) {
    protocol_.answer(exchange, responseTo(exchange), closes, client_.now);
  }
  /// Answers what is complete and lets the peer read; returns how many that were.
  std::size_t serve() {
    Exchanges all = taken();
    for (http::Exchange& exchange : all) answer(exchange);
    client_.take();
    return all.size();
  }
  /// Lets time go by and what is overdue happen.
  void pass(std::chrono::milliseconds time) {
    client_.now += time;
    protocol_.expire(client_.now);
    client_.take();
  }
  /// The statuses that were reported, in their order.
  std::vector<int> reported() const { return reported_; }

  http::Routes routes() {
    const auto say = [](const std::string& text) {
      http::Response response;
      response.contentType = "text/plain";
      response.headers = {{"X-Request-Kind", "test"}};
      response.setBody(text);
      return response;
    };
    const std::chrono::milliseconds patience(5'000);
    const auto count = [say](http::Request&, hsm::Deadline) { return say("counted"); };
    const auto inDialect = [](http::Refusal, const std::string& id) {
      http::Response response;
      response.contentType = "application/x-test";
      response.setBody("in the route's own words " + id);
      return response;
    };
    return {
        {"POST", "/echo", 64 * 1024, patience,
         [say](http::Request& request, hsm::Deadline) {
           return say(std::string(request.bodyText()));
         },
         inDialect},
        {"GET", "/count", 0, patience, count, {}},
        {"HEAD", "/count", 0, patience, count, {}},
        {"GET",
         "/big",
         0,
         patience,
         [say](http::Request&, hsm::Deadline) { return say(std::string(300'000, 'b')); },
         {}},
    };
  }

  std::vector<int> reported_;
  http::ServerOptions options_;
  http::Pipeline pipeline_{routes(), [this](const http::Request&, const http::Response& response,
                                            double) { reported_.push_back(response.status); }};
  http::Http2Protocol protocol_{{options_, pipeline_}, "192.0.2.1:4711", Clock::time_point()};
  Http2Client client_{protocol_};
};

/// One whose peer has begun as it should.
class SettledHttp2Fixture : public Http2Fixture {
 protected:
  SettledHttp2Fixture() { client_.settle(); }
};

}  // namespace strongroom::testing
