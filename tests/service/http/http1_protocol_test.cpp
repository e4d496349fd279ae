// What a conversation in HTTP/1.1 does about time and half-closed peers, without a socket.
#include "service/http/http1_protocol.h"

#include <gtest/gtest.h>

#include <vector>

namespace strongroom::testing {
namespace {

using http::Http1Protocol;
using std::chrono::seconds;

class Http1ProtocolTest : public ::testing::Test {
 protected:
  using Clock = http::Protocol::Clock;

  static http::Routes routes() {
    const auto handle = [](http::Request&, hsm::Deadline) { return http::Response(); };
    return {{"GET", "/", 0, seconds(1), handle, {}}, {"POST", "/", 100, seconds(1), handle, {}}};
  }
  void receive(std::string_view bytes) { protocol_.receive(bytes, now_); }
  void answer(std::string_view body) {
    auto exchange = protocol_.next();
    ASSERT_TRUE(exchange);
    http::Response response;
    response.setBody(body);
    protocol_.answer(*exchange, response, false, now_);
  }
  void takeOutput() { protocol_.sent(protocol_.output().size(), now_); }
  void pass(std::chrono::milliseconds time) {
    now_ += time;
    protocol_.expire(now_);
  }

  std::vector<int> reported_;
  const http::ServerOptions options_{
      .headerPatience = seconds(10), .bodyPatience = seconds(30), .idlePatience = seconds(120)};
  const http::Pipeline pipeline_{routes(), [this](const http::Request&, const http::Response& r,
                                                  double) { reported_.push_back(r.status); }};
  Clock::time_point now_{std::chrono::hours(1)};
  Http1Protocol protocol_{{options_, pipeline_}, "192.0.2.1:4711", now_};
};

const std::string kGet = "GET / HTTP/1.1\r\nHost: s\r\n\r\n";

TEST_F(Http1ProtocolTest, AnswersAPeerThatHasEndedItsSideAndNothingMore) {
  receive(kGet);
  answer("late reader");
  protocol_.receiveEnd(now_);
  EXPECT_TRUE(protocol_.hasEnded());
  const std::string pending(protocol_.output());
  pass(seconds(11));
  EXPECT_EQ(protocol_.output(), pending) << "no refusal of a request that never was";
  EXPECT_EQ(reported_, std::vector{200});
  pass(seconds(20));
  EXPECT_EQ(protocol_.output(), "") << "who does not listen is told nothing";
}

TEST_F(Http1ProtocolTest, WaitsForAProvenCallerLongerThanForAStranger) {
  pass(seconds(9));
  EXPECT_FALSE(protocol_.hasEnded());
  receive(kGet);
  auto exchange = protocol_.next();
  http::Response response;
  response.caller = "SRAK";
  protocol_.answer(*exchange, response, false, now_);
  takeOutput();
  pass(seconds(119));
  EXPECT_FALSE(protocol_.hasEnded());
  pass(seconds(1));
  EXPECT_TRUE(protocol_.hasEnded());
  EXPECT_EQ(protocol_.output(), "") << "nobody asked";
}

TEST_F(Http1ProtocolTest, CountsTheTimeOfAHeadFromItsFirstByte) {
  pass(seconds(9));
  receive("G");
  pass(seconds(9));
  receive("E");
  EXPECT_FALSE(protocol_.hasEnded());
  pass(seconds(1));
  EXPECT_TRUE(protocol_.hasEnded());
  EXPECT_TRUE(protocol_.output().starts_with("HTTP/1.1 408 "));
}

TEST_F(Http1ProtocolTest, HasNoDeadlineWhileTheHandlerIsAtWork) {
  receive(kGet);
  const auto exchange = protocol_.next();
  ASSERT_TRUE(exchange);
  EXPECT_EQ(protocol_.deadline(), Clock::time_point::max());
  EXPECT_FALSE(protocol_.wantsInput());
}

TEST_F(Http1ProtocolTest, HandsOnTheNextRequestWhenTheAnswerIsTaken) {
  receive(kGet + kGet);
  answer("first");
  EXPECT_FALSE(protocol_.next()) << "who takes no answer gets no other";
  takeOutput();
  EXPECT_TRUE(protocol_.next());
}

TEST_F(Http1ProtocolTest, ADeclaredLengthTakesNoMemoryBeforeItsBytesCome) {
  receive("POST / HTTP/1.1\r\nHost: s\r\nContent-Length: 5\r\n\r\nab");
  EXPECT_FALSE(protocol_.next());
  receive("c");
  receive("de" + kGet);
  const auto exchange = protocol_.next();
  ASSERT_TRUE(exchange);
  EXPECT_EQ(exchange->request.bodyText(), "abcde");
}

TEST_F(Http1ProtocolTest, EndsWhenItIsDrainedBetweenRequests) {
  protocol_.drain(now_);
  EXPECT_TRUE(protocol_.hasEnded());
}

TEST_F(Http1ProtocolTest, AnswersWhatIsInFlightWhenItIsDrained) {
  receive(kGet + kGet);
  auto exchange = protocol_.next();
  protocol_.drain(now_);
  EXPECT_FALSE(protocol_.hasEnded());
  protocol_.answer(*exchange, http::Response(), false, now_);
  EXPECT_TRUE(protocol_.hasEnded());
  EXPECT_NE(protocol_.output().find("Connection: close"), std::string::npos);
  takeOutput();
  EXPECT_FALSE(protocol_.next()) << "not the one behind it";
}

}  // namespace
}  // namespace strongroom::testing
