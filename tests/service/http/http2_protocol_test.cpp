// Requests and answers of HTTP/2: what reaches a handler, what is refused in which words, and how
// the connection lives and ends.
#include "tests/service/http/http2_fixture.h"

namespace strongroom::testing {
namespace {

using namespace std::chrono_literals;
using Http2ProtocolTest = SettledHttp2Fixture;

TEST_F(Http2ProtocolTest, HandsOnAGetAsItWasSent) {
  client_.request(1, {{":method", "GET"},
                      {":scheme", "https"},
                      {":authority", "kms.example:7373"},
                      {":path", "/count?a=%20b?c"},
                      {"x-twice", "1"},
                      {"cookie", "a=b"},
                      {"x-twice", "2"},
                      {"cookie", "c=d"}});
  auto exchanges = taken();
  ASSERT_EQ(exchanges.size(), 1u);
  const http::Request& request = exchanges[0].request;
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.path, "/count");
  EXPECT_EQ(request.query, "a=%20b?c");
  EXPECT_EQ(request.peer, "192.0.2.1:4711");
  EXPECT_EQ(request.requestId.size(), 36u);
  std::string headers;
  for (const auto& [name, value] : request.headers) headers += name + "=" + value + ";";
  EXPECT_EQ(headers, "host=kms.example:7373;x-twice=1;cookie=a=b;x-twice=2;cookie=c=d;");
}

TEST_F(Http2ProtocolTest, AnswersWithAllFieldsInLowerCase) {
  client_.get(1, "/count");
  EXPECT_EQ(serve(), 1u);
  const auto& answer = client_.answer(1);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "counted");
  EXPECT_EQ(answer.field("content-type"), "text/plain");
  EXPECT_EQ(answer.field("content-length"), "7");
  EXPECT_EQ(answer.field("x-request-kind"), "test");
  EXPECT_EQ(answer.field("date").size(), 29u);
  EXPECT_TRUE(answer.ended);
  EXPECT_FALSE(answer.reset);
  EXPECT_FALSE(client_.goaway());
  EXPECT_EQ(reported(), std::vector{200});
}

TEST_F(Http2ProtocolTest, CollectsABodyFromItsFrames) {
  client_.post(1, {{"content-length", "6"}});
  client_.data(1, "abc", false);
  EXPECT_EQ(serve(), 0u);
  client_.send(h2::kData, h2::kPadded, 1,
               std::string("\x02"
                           "de\0\0",
                           5));
  client_.data(1, "f", false);
  client_.data(1, "");
  EXPECT_EQ(serve(), 1u);
  EXPECT_EQ(client_.answer(1).body, "abcdef");
}

TEST_F(Http2ProtocolTest, TakesABodyOfNoDeclaredLength) {
  client_.post(1);
  client_.data(1, "abc");
  EXPECT_EQ(serve(), 1u);
  EXPECT_EQ(client_.answer(1).body, "abc");
}

TEST_F(Http2ProtocolTest, ReadsBytesOneByOne) {
  std::string bytes = http2Frame(
      h2::kHeaders, h2::kEndHeaders, 1,
      headerBlock(
          {{":method", "POST"}, {":scheme", "https"}, {":authority", "s"}, {":path", "/echo"}}));
  bytes += http2Frame(h2::kData, h2::kEndStream, 1, "piecemeal");
  for (const char& byte : bytes) client_.send({&byte, 1});
  EXPECT_EQ(serve(), 1u);
  EXPECT_EQ(client_.answer(1).body, "piecemeal");
}

TEST_F(Http2ProtocolTest, TakesHostInPlaceOfAuthority) {
  client_.request(
      1,
      {{":method", "GET"}, {":scheme", "https"}, {":path", "/count"}, {"a", "b"}, {"host", "s"}});
  auto exchanges = taken();
  ASSERT_EQ(exchanges.size(), 1u);
  EXPECT_EQ(exchanges[0].request.header("host"), "s");
  EXPECT_EQ(exchanges[0].request.headers.back().name, "host");
}

TEST_F(Http2ProtocolTest, KeepsOneOfTwoEqualHosts) {
  client_.request(1, {{":method", "GET"},
                      {":scheme", "https"},
                      {":authority", "s"},
                      {":path", "/count"},
                      {"host", "s"}});
  auto exchanges = taken();
  ASSERT_EQ(exchanges.size(), 1u);
  EXPECT_EQ(exchanges[0].request.header("host"), "s");
}

TEST_F(Http2ProtocolTest, AnswersHeadWithoutABody) {
  client_.request(
      1, {{":method", "HEAD"}, {":scheme", "https"}, {":authority", "s"}, {":path", "/count"}});
  EXPECT_EQ(serve(), 1u);
  EXPECT_EQ(client_.answer(1).status, 200);
  EXPECT_EQ(client_.answer(1).field("content-length"), "7");
  EXPECT_EQ(client_.answer(1).body, "");
  EXPECT_TRUE(client_.answer(1).ended);
}

TEST_F(Http2ProtocolTest, LetsABodyBeSentThatWaitsForPermission) {
  client_.post(1, {{"expect", "100-continue"}, {"content-length", "3"}});
  client_.take();
  EXPECT_EQ(client_.answer(1).informational, std::vector{100});
  client_.data(1, "abc");
  EXPECT_EQ(serve(), 1u);
  EXPECT_EQ(client_.answer(1).status, 200);
}

TEST_F(Http2ProtocolTest, GivesNoPermissionWhereThereIsNoBodyOrARefusal) {
  client_.request(1, {{":method", "GET"},
                      {":scheme", "https"},
                      {":authority", "s"},
                      {":path", "/count"},
                      {"expect", "100-Continue"}});
  client_.post(3, {{"expect", "100-continue"}, {"content-length", "100000"}});
  EXPECT_EQ(serve(), 1u);
  EXPECT_TRUE(client_.answer(1).informational.empty());
  EXPECT_TRUE(client_.answer(3).informational.empty());
  EXPECT_EQ(client_.answer(3).status, 413);
}

TEST_F(Http2ProtocolTest, AnswersInTheOrderInWhichAnswersCome) {
  for (std::uint32_t id = 1; id <= 5; id += 2) client_.get(id, "/count");
  auto exchanges = taken();
  ASSERT_EQ(exchanges.size(), 3u);
  EXPECT_EQ(exchanges[1].stream, 3u);
  answer(exchanges[2]);
  client_.take();
  EXPECT_TRUE(client_.answer(5).ended);
  EXPECT_FALSE(client_.answer(1).ended);
  answer(exchanges[0]);
  answer(exchanges[1]);
  client_.take();
  EXPECT_TRUE(client_.answer(1).ended && client_.answer(3).ended);
}

TEST_F(Http2ProtocolTest, EndsABodyThatGrowsBeyondItsLimit) {
  client_.post(1);
  const std::string piece(16'000, 'x');
  for (int i = 0; i < 4; ++i) client_.data(1, piece, false);
  client_.take();
  EXPECT_EQ(client_.answer(1).status, 0);
  client_.data(1, piece, false);
  client_.take();
  EXPECT_EQ(client_.answer(1).status, 413);
  EXPECT_EQ(client_.answer(1).field("content-type"), "application/x-test");
  EXPECT_TRUE(client_.answer(1).ended);
  EXPECT_EQ(client_.answer(1).reset, h2::kNoError);
  client_.data(1, piece, false);
  client_.get(3, "/count");
  EXPECT_EQ(serve(), 1u);
  EXPECT_EQ(client_.answer(3).status, 200);
  EXPECT_FALSE(client_.goaway());
}

TEST_F(Http2ProtocolTest, ReportsRefusals) {
  client_.get(1, "/nowhere");
  client_.get(3, "/echo");
  client_.take();
  EXPECT_EQ(client_.answer(1).status, 404);
  EXPECT_EQ(client_.answer(3).status, 405);
  EXPECT_EQ(client_.answer(3).field("allow"), "POST");
  EXPECT_EQ(reported(), (std::vector{404, 405}));
}

TEST_F(Http2ProtocolTest, SendsABigAnswerThroughASmallWindow) {
  client_.send(h2::kSettings, 0, 0, http2Setting(4, 100));  // SETTINGS_INITIAL_WINDOW_SIZE
  client_.get(1, "/big");
  EXPECT_EQ(serve(), 1u);
  EXPECT_EQ(client_.answer(1).body.size(), 100u);
  client_.send(h2::kWindowUpdate, 0, 1, bigEndian(200'000));
  client_.take(1);
  EXPECT_EQ(client_.answer(1).body.size(), 65'535u) << "the connection's window";
  client_.send(h2::kWindowUpdate, 0, 0, bigEndian(200'000));
  client_.take(7'777);
  EXPECT_EQ(client_.answer(1).body.size(), 200'100u);
  EXPECT_TRUE(protocol_.wantsInput());
  client_.send(h2::kWindowUpdate, 0, 1, bigEndian(200'000));
  client_.send(h2::kWindowUpdate, 0, 0, bigEndian(200'000));
  client_.take();
  EXPECT_EQ(client_.answer(1).body, std::string(300'000, 'b'));
  EXPECT_TRUE(client_.answer(1).ended);
}

TEST_F(Http2ProtocolTest, PacksLittleOfABigAnswerAtATime) {
  client_.send(h2::kSettings, 0, 0, http2Setting(4, 1'000'000));
  client_.send(h2::kWindowUpdate, 0, 0, bigEndian(1'000'000));
  client_.get(1, "/big");
  for (auto& exchange : taken()) answer(exchange);
  EXPECT_LE(protocol_.output().size(), 50'000u);
  client_.take();
  EXPECT_EQ(client_.answer(1).body.size(), 300'000u);
}

TEST_F(Http2ProtocolTest, WipesWhatIsSent) {
  client_.post(1);
  client_.data(1, "secret plaintext");
  for (auto& exchange : taken()) answer(exchange);
  const std::string_view output = protocol_.output();
  ASSERT_NE(output.find("secret plaintext"), std::string_view::npos);
  const char* const where = output.data();
  const std::size_t size = output.size();
  protocol_.sent(size - 1, client_.now);
  EXPECT_EQ(std::string_view(where, size - 1), std::string(size - 1, '\0'));
}

TEST_F(Http2ProtocolTest, DropsARequestThatIsResetBeforeItIsTaken) {
  client_.get(1, "/count");
  client_.send(h2::kRstStream, 0, 1, bigEndian(h2::kCancel));
  EXPECT_EQ(serve(), 0u);
  EXPECT_TRUE(protocol_.isIdle());
}

TEST_F(Http2ProtocolTest, ReportsTheAnswerToARequestThatWasResetMeanwhile) {
  client_.get(1, "/count");
  auto exchanges = taken();
  ASSERT_EQ(exchanges.size(), 1u);
  client_.send(h2::kRstStream, 0, 1, bigEndian(h2::kCancel));
  EXPECT_FALSE(protocol_.isIdle());
  answer(exchanges[0]);
  client_.take();
  EXPECT_EQ(client_.answer(1).status, 0);
  EXPECT_EQ(reported(), std::vector{200});
  EXPECT_TRUE(protocol_.isIdle());
}

TEST_F(Http2ProtocolTest, IsIdleOnlyBetweenRequests) {
  EXPECT_TRUE(protocol_.isIdle());
  client_.send(std::string_view("\0", 1));
  EXPECT_FALSE(protocol_.isIdle());
  client_.send(http2Frame(h2::kPing, 0, 0, "12345678").substr(1));
  client_.take();
  EXPECT_TRUE(protocol_.isIdle());
  client_.get(1, "/count");
  EXPECT_FALSE(protocol_.isIdle());
  EXPECT_EQ(serve(), 1u);
  EXPECT_TRUE(protocol_.isIdle());
}

TEST_F(Http2ProtocolTest, IsProvenByACallerWhoIsKnown) {
  client_.get(1, "/count");
  auto exchanges = taken();
  http::Response response = responseTo(exchanges.at(0));
  EXPECT_FALSE(protocol_.isProven());
  response.caller = "AKID";
  protocol_.answer(exchanges[0], response, false, client_.now);
  EXPECT_TRUE(protocol_.isProven());
}

TEST_F(Http2ProtocolTest, ClosesAfterAnAnswerThatSaysSo) {
  client_.get(1, "/count");
  client_.get(3, "/count");
  auto exchanges = taken();
  ASSERT_EQ(exchanges.size(), 2u);
  answer(exchanges[0], true);
  client_.take();
  EXPECT_EQ(client_.answer(1).body, "counted");
  EXPECT_EQ(client_.goaway(), h2::kNoError);
  EXPECT_EQ(client_.lastStream(), 3u);
  EXPECT_FALSE(protocol_.hasEnded());
  client_.get(5, "/count");
  EXPECT_TRUE(taken().empty());
  answer(exchanges[1]);
  client_.take();
  EXPECT_EQ(client_.answer(3).body, "counted");
  EXPECT_TRUE(protocol_.hasEnded());
  EXPECT_FALSE(protocol_.wantsInput());
}

TEST_F(Http2ProtocolTest, DrainsInTwoSteps) {
  client_.get(1, "/count");
  auto exchanges = taken();
  protocol_.drain(client_.now);
  client_.take();
  EXPECT_EQ(client_.goaway(), h2::kNoError);
  EXPECT_EQ(client_.lastStream(), 0x7FFF'FFFFu);
  client_.get(3, "/count");  // was on its way
  client_.send(h2::kPing, h2::kAck, 0, std::string(8, '\0'));
  client_.take();
  EXPECT_EQ(client_.lastStream(), 3u);
  client_.get(5, "/count");
  EXPECT_EQ(serve(), 1u);
  EXPECT_TRUE(client_.answer(3).ended);
  EXPECT_FALSE(protocol_.hasEnded());
  answer(exchanges.at(0));
  client_.take();
  EXPECT_TRUE(client_.answer(1).ended);
  EXPECT_TRUE(protocol_.hasEnded());
}

TEST_F(Http2ProtocolTest, DrainsAPeerThatDoesNotConfirm) {
  protocol_.drain(client_.now);
  client_.take();
  EXPECT_FALSE(protocol_.hasEnded());
  EXPECT_EQ(protocol_.deadline(), client_.now + 1s);
  pass(1s);
  EXPECT_EQ(client_.lastStream(), 0u);
  EXPECT_TRUE(protocol_.hasEnded());
}

TEST_F(Http2ProtocolTest, AnswersAPeerThatHasEndedItsSide) {
  client_.get(1, "/count");
  client_.post(3);
  client_.data(3, "half", false);
  auto exchanges = taken();
  protocol_.receiveEnd(client_.now);
  client_.take();
  EXPECT_EQ(client_.answer(3).status, 400);
  EXPECT_FALSE(protocol_.wantsInput());
  EXPECT_FALSE(protocol_.hasEnded());
  answer(exchanges.at(0));
  client_.take();
  EXPECT_EQ(client_.answer(1).body, "counted");
  EXPECT_TRUE(protocol_.hasEnded());
}

TEST_F(Http2ProtocolTest, EndsWithAPeerThatEndsAmidAHead) {
  client_.send(h2::kHeaders, h2::kEndStream, 1, headerBlock({{":method", "GET"}}));
  protocol_.receiveEnd(client_.now);
  client_.take();
  EXPECT_TRUE(protocol_.hasEnded());
}

TEST_F(Http2ProtocolTest, HandsOnNothingOfAConnectionThatHasEnded) {
  client_.get(1, "/count");
  client_.send(h2::kData, 0, 0, "x");
  client_.take();
  EXPECT_TRUE(client_.goaway());
  EXPECT_TRUE(taken().empty());
}

TEST_F(Http2ProtocolTest, EndsWithAPeerThatEndsBetweenRequests) {
  protocol_.receiveEnd(client_.now);
  EXPECT_TRUE(protocol_.hasEnded());
}

TEST_F(Http2ProtocolTest, EndsAfterThePeersGoaway) {
  client_.get(1, "/count");
  client_.send(h2::kGoaway, 0, 0, bigEndian(0) + bigEndian(h2::kNoError));
  EXPECT_EQ(serve(), 1u);
  EXPECT_EQ(client_.answer(1).body, "counted");
  EXPECT_TRUE(protocol_.hasEnded());
}

}  // namespace
}  // namespace strongroom::testing
