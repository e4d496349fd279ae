// Peers that take their time, by a clock that the test turns.
#include "tests/service/http/http2_fixture.h"

namespace strongroom::testing {
namespace {

using namespace std::chrono_literals;

using Http2SilentPeerTest = Http2Fixture;
using Http2SlowPeerTest = SettledHttp2Fixture;

constexpr auto kTick = 1ms;

TEST_F(Http2SilentPeerTest, LosesTheConnectionWithoutAPreface) {
  client_.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  client_.take();
  EXPECT_EQ(protocol_.deadline(), client_.now + options_.headerPatience);
  pass(options_.headerPatience - kTick);
  EXPECT_FALSE(client_.goaway());
  pass(kTick);
  EXPECT_EQ(client_.goaway(), h2::kSettingsTimeout);
  EXPECT_TRUE(protocol_.hasEnded());
}

TEST_F(Http2SilentPeerTest, LosesTheConnectionWhenItTakesNothing) {
  EXPECT_FALSE(protocol_.output().empty());
  EXPECT_LE(protocol_.deadline(), client_.now + options_.bodyPatience);
  client_.now += options_.bodyPatience;
  protocol_.expire(client_.now);
  EXPECT_TRUE(protocol_.output().empty());
  EXPECT_TRUE(protocol_.hasEnded());
}

TEST_F(Http2SilentPeerTest, EndsAtOnceWhenTheServerStops) {
  protocol_.drain(client_.now);
  client_.take();
  EXPECT_TRUE(client_.goaway());
  EXPECT_TRUE(protocol_.hasEnded());
}

TEST_F(Http2SlowPeerTest, IsToldToGoWhenItDoesNotAsk) {
  EXPECT_EQ(protocol_.deadline(), client_.now + options_.headerPatience);
  pass(options_.headerPatience - kTick);
  EXPECT_FALSE(client_.goaway());
  pass(kTick);
  EXPECT_EQ(client_.goaway(), h2::kNoError);
  EXPECT_TRUE(protocol_.hasEnded());
}

TEST_F(Http2SlowPeerTest, MayWaitLongerWhenItIsProven) {
  client_.now += 1s;
  client_.get(1, "/count");
  auto exchanges = taken();
  http::Response response = responseTo(exchanges.at(0));
  response.caller = "AKID";
  client_.now += 1s;
  protocol_.answer(exchanges[0], response, false, client_.now);
  client_.take();
  EXPECT_EQ(protocol_.deadline(), client_.now + options_.idlePatience);
  pass(options_.idlePatience - kTick);
  EXPECT_FALSE(client_.goaway());
  pass(kTick);
  EXPECT_EQ(client_.goaway(), h2::kNoError);
}

TEST_F(Http2SlowPeerTest, IsNotKeptByPings) {
  for (int i = 0; i < 9; ++i) {
    pass(1s);
    client_.send(h2::kPing, 0, 0, "12345678");
  }
  pass(1s);
  EXPECT_EQ(client_.goaway(), h2::kNoError);
}

TEST_F(Http2SlowPeerTest, IsNotIdleWhileItsRequestIsHandled) {
  client_.get(1, "/count");
  auto exchanges = taken();
  EXPECT_EQ(protocol_.deadline(), http::Protocol::Clock::time_point::max());
  pass(1h);
  answer(exchanges.at(0));
  client_.take();
  EXPECT_EQ(client_.answer(1).status, 200);
}

TEST_F(Http2SlowPeerTest, IsIdleOnlyFromTheAnswerOnThatItDidNotWaitFor) {
  client_.get(1, "/count");
  auto exchanges = taken();
  client_.send(h2::kRstStream, 0, 1, bigEndian(h2::kCancel));
  client_.take();
  pass(1h);
  answer(exchanges.at(0));
  EXPECT_EQ(protocol_.deadline(), client_.now + options_.headerPatience);
}

TEST_F(Http2SlowPeerTest, OwesNothingWhenItHasTakenAll) {
  client_.get(1, "/count");
  auto exchanges = taken();
  client_.send(h2::kPing, 0, 0, "12345678");
  const std::size_t size = protocol_.output().size();
  EXPECT_EQ(protocol_.deadline(), client_.now + options_.bodyPatience);
  protocol_.sent(size, client_.now);
  EXPECT_EQ(protocol_.deadline(), http::Protocol::Clock::time_point::max());
  answer(exchanges.at(0));
}

TEST_F(Http2SlowPeerTest, LosesTheConnectionAmidAHeaderBlock) {
  client_.get(1, "/count");
  auto exchanges = taken();
  client_.now += 1s;
  client_.send(h2::kHeaders, h2::kEndStream, 3, headerBlock({{":method", "GET"}}));
  EXPECT_EQ(protocol_.deadline(), client_.now + options_.headerPatience);
  client_.now += 5s;
  client_.send(h2::kContinuation, 0, 3, headerBlock({{":scheme", "https"}}));
  pass(options_.headerPatience - 5s - kTick);
  EXPECT_FALSE(client_.goaway());
  pass(kTick);
  EXPECT_EQ(client_.goaway(), h2::kEnhanceYourCalm);
  EXPECT_TRUE(protocol_.hasEnded());
  answer(exchanges.at(0));
  EXPECT_EQ(reported(), std::vector{200});
}

TEST_F(Http2SlowPeerTest, LosesTheConnectionAmidAHeadersFrame) {
  const std::string frame = http2Frame(h2::kHeaders, h2::kEndHeaders, 1, std::string(100, 'x'));
  client_.send(frame.substr(0, 50));
  pass(options_.headerPatience);
  EXPECT_EQ(client_.goaway(), h2::kEnhanceYourCalm);
}

TEST_F(Http2SlowPeerTest, HearsThatItsBodyIsLate) {
  client_.post(1);
  client_.now += 1s;
  client_.post(3);
  EXPECT_EQ(protocol_.deadline(), client_.now + options_.bodyPatience - 1s);
  pass(options_.bodyPatience - 1s);
  EXPECT_EQ(client_.answer(1).status, 408);
  EXPECT_EQ(client_.answer(1).field("content-type"), "application/x-test");
  EXPECT_EQ(client_.answer(1).reset, h2::kNoError);
  client_.data(1, "late");
  client_.data(3, "in time");
  EXPECT_EQ(serve(), 1u);
  EXPECT_EQ(client_.answer(3).body, "in time");
}

TEST_F(Http2SlowPeerTest, LosesAnAnswerThatItDoesNotTake) {
  client_.get(1, "/big");
  EXPECT_EQ(serve(), 1u);
  EXPECT_EQ(client_.answer(1).body.size(), 65'535u);
  client_.now += options_.bodyPatience - 1s;
  client_.send(h2::kWindowUpdate, 0, 1, bigEndian(1));  // a little more does not help
  client_.send(h2::kWindowUpdate, 0, 0, bigEndian(1));
  client_.take();
  EXPECT_EQ(client_.answer(1).body.size(), 65'536u);
  pass(1s);
  EXPECT_EQ(client_.answer(1).reset, h2::kCancel);
  client_.send(h2::kWindowUpdate, 0, 0, bigEndian(100));
  client_.get(3, "/count");
  EXPECT_EQ(serve(), 1u);
  EXPECT_EQ(client_.answer(3).body, "counted");
}

TEST_F(Http2SlowPeerTest, LosesTheConnectionWhenItTakesALittleAtATime) {
  client_.get(1, "/count");
  for (auto& exchange : taken()) answer(exchange);
  ASSERT_GT(protocol_.output().size(), 10u);
  for (auto left = options_.bodyPatience; left > 0ms; left -= 10s) {
    EXPECT_FALSE(protocol_.hasEnded());
    protocol_.sent(1, client_.now);
    client_.now += 10s;
    protocol_.expire(client_.now);
  }
  EXPECT_TRUE(protocol_.hasEnded());
  EXPECT_TRUE(protocol_.output().empty());
}

}  // namespace
}  // namespace strongroom::testing
