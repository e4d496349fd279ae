// Peers that make more work than their requests are worth: each is let be for a while and then left
// with ENHANCE_YOUR_CALM.
#include "tests/service/http/http2_fixture.h"

namespace strongroom::testing {
namespace {

using namespace std::chrono_literals;

const std::string kGet = headerBlock(
    {{":method", "GET"}, {":scheme", "https"}, {":authority", "s"}, {":path", "/count"}});
constexpr std::uint8_t kWhole = h2::kEndHeaders | h2::kEndStream;

struct Flood {
  const char* name;
  std::string begin;
  std::string frame;
};

void PrintTo(const Flood& flood, std::ostream* out) {
  *out << flood.name;
}

const std::string kOpen = http2Frame(
    h2::kHeaders, h2::kEndHeaders, 1,
    headerBlock(
        {{":method", "POST"}, {":scheme", "https"}, {":authority", "s"}, {":path", "/echo"}}));
const std::string kClosed = kOpen + http2Frame(h2::kRstStream, 0, 1, bigEndian(h2::kCancel));

const std::vector<Flood> kFloods{
    {"Ping", "", http2Frame(h2::kPing, 0, 0, "12345678")},
    {"PingAcknowledgements", "", http2Frame(h2::kPing, h2::kAck, 0, "12345678")},
    {"Settings", "", http2Frame(h2::kSettings, 0, 0)},
    {"Priority", "", http2Frame(h2::kPriority, 0, 1, bigEndian(3) + "\x0f")},
    {"WindowUpdate", "", http2Frame(h2::kWindowUpdate, 0, 0, bigEndian(1))},
    {"UnknownFrames", "", http2Frame(0x77, 0, 0)},
    {"EmptyData", kOpen, http2Frame(h2::kData, 0, 1)},
    {"DataThatIsAllPadding", kOpen,
     http2Frame(h2::kData, h2::kPadded, 1, "\xff" + std::string(255, '\0'))},
    {"DataOnAClosedStream", kClosed, http2Frame(h2::kData, h2::kEndStream, 1)},
    {"HeadersOnAClosedStream", kClosed, http2Frame(h2::kHeaders, kWhole, 1, kGet)},
    {"ResetsOfAClosedStream", kClosed, http2Frame(h2::kRstStream, 0, 1, bigEndian(8))},
};

class Http2FloodTest : public Http2Fixture, public ::testing::WithParamInterface<Flood> {
 protected:
  Http2FloodTest() { client_.settle(); }
};

TEST_P(Http2FloodTest, IsEnded) {
  client_.send(GetParam().begin);
  for (int i = 0; i < 150; ++i) client_.send(GetParam().frame);
  client_.take();
  EXPECT_FALSE(client_.goaway()) << "some of them are no flood";
  for (int i = 0; i < 1'000 && protocol_.wantsInput(); ++i) {
    client_.send(GetParam().frame);
    client_.take();
  }
  EXPECT_EQ(client_.goaway(), h2::kEnhanceYourCalm);
  EXPECT_TRUE(protocol_.hasEnded());
}

TEST_P(Http2FloodTest, IsEndedWhenThePeerReadsNothing) {
  client_.send(GetParam().begin);
  for (int i = 0; i < 1'100; ++i) client_.send(GetParam().frame);
  client_.take();
  EXPECT_EQ(client_.goaway(), h2::kEnhanceYourCalm);
  EXPECT_TRUE(protocol_.hasEnded());
}

TEST_P(Http2FloodTest, IsNoneWhenItTakesItsTime) {
  client_.send(GetParam().begin);
  for (int i = 0; i < 1'500; ++i) {
    client_.now += 100ms;
    client_.send(GetParam().frame);
    client_.take();
  }
  EXPECT_FALSE(client_.goaway());
}

INSTANTIATE_TEST_SUITE_P(Table, Http2FloodTest, ::testing::ValuesIn(kFloods),
                         [](const auto& row) { return std::string(row.param.name); });

using Http2LoadTest = SettledHttp2Fixture;
using Http2UnacknowledgedTest = Http2Fixture;

TEST_F(Http2UnacknowledgedTest, EndsAPeerThatGoesOnAfterItsStreamsAreRefused) {
  client_.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  client_.send(h2::kSettings, 0, 0);
  std::uint32_t id = 1;
  for (; id < 2 * 64; id += 2) client_.get(id, "/count");
  client_.get(id, "/count");
  client_.take();
  EXPECT_EQ(client_.answer(id).reset, h2::kRefusedStream);
  EXPECT_FALSE(client_.goaway());
  while (protocol_.wantsInput() && id < 2'000) {
    client_.get(id += 2, "/count");
    client_.take();
  }
  EXPECT_EQ(client_.goaway(), h2::kEnhanceYourCalm);
  EXPECT_EQ(id / 2, 64u + 200u);
}

TEST_F(Http2LoadTest, RequestsAreNoFlood) {
  for (std::uint32_t id = 1; id < 10'000; id += 2) {
    client_.post(id);
    client_.data(id, "abc", false);
    client_.data(id, "");
    ASSERT_EQ(serve(), 1u) << id;
    client_.send(h2::kWindowUpdate, 0, 0, bigEndian(3));
    client_.send(h2::kWindowUpdate, 0, id, bigEndian(3));
    client_.send(h2::kPing, 0, 0, "12345678");
  }
  EXPECT_FALSE(client_.goaway());
}

TEST_F(Http2LoadTest, EndsARapidReset) {
  std::uint32_t id = 1;
  for (; protocol_.wantsInput() && id < 2'000; id += 2) {
    client_.get(id, "/count");
    client_.send(h2::kRstStream, 0, id, bigEndian(h2::kNoError));
    client_.take();
  }
  EXPECT_EQ(client_.goaway(), h2::kEnhanceYourCalm);
  EXPECT_EQ(id / 2, 201u);
  EXPECT_TRUE(taken().empty());
}

TEST_F(Http2LoadTest, LetsResetsBeThatAreFew) {
  for (std::uint32_t id = 1; id < 2'000; id += 2) {
    client_.now += 50ms;
    client_.get(id, "/count");
    client_.send(h2::kRstStream, 0, id, bigEndian(h2::kCancel));
    client_.take();
  }
  EXPECT_FALSE(client_.goaway());
}

TEST_F(Http2LoadTest, EndsAPeerOfNothingButRefusals) {
  std::uint32_t id = 1;
  for (; protocol_.wantsInput() && id < 2'000; id += 2) {
    client_.get(id, "/nowhere");
    client_.take();
  }
  EXPECT_EQ(client_.goaway(), h2::kEnhanceYourCalm);
  EXPECT_EQ(id / 2, 201u);
}

TEST_F(Http2LoadTest, EndsAPeerOfNothingButMalformedRequests) {
  std::uint32_t id = 1;
  for (; protocol_.wantsInput() && id < 2'000; id += 2) {
    client_.request(id, {{":method", "GET"}});
    client_.take();
  }
  EXPECT_EQ(client_.goaway(), h2::kEnhanceYourCalm);
  EXPECT_EQ(id / 2, 201u);
}

TEST_F(Http2LoadTest, CountsRequestsThatWereResetWhileTheyAreHandled) {
  Exchanges handled;
  std::uint32_t id = 1;
  for (; id < 2 * http::Http2Protocol::kMaxStreams; id += 2) {
    client_.get(id, "/count");
    for (auto& exchange : taken()) handled.push_back(std::move(exchange));
    client_.send(h2::kRstStream, 0, id, bigEndian(h2::kCancel));
  }
  ASSERT_EQ(handled.size(), http::Http2Protocol::kMaxStreams);
  client_.get(id, "/count");
  EXPECT_TRUE(taken().empty());
  client_.take();
  EXPECT_EQ(client_.answer(id).reset, h2::kRefusedStream);
  answer(handled.front());
  client_.get(id + 2, "/count");
  EXPECT_EQ(serve(), 1u);
  EXPECT_EQ(client_.answer(id + 2).status, 200);
}

TEST_F(Http2LoadTest, EndsAPeerThatOpensTooManyStreams) {
  for (std::uint32_t i = 0; i < 65; ++i) client_.get(1 + 2 * i, "/count");
  client_.take();
  EXPECT_EQ(client_.goaway(), h2::kProtocolError);
}

TEST_F(Http2LoadTest, EndsAPeerThatDoesNotReadWhatItPings) {
  for (int i = 0; i < 250; ++i) client_.send(h2::kPing, 0, 0, "12345678");
  client_.take();
  EXPECT_EQ(client_.goaway(), h2::kEnhanceYourCalm);
}

TEST_F(Http2LoadTest, StopsReadingFromAPeerThatDoesNotRead) {
  for (int i = 0; i < 180; ++i) client_.send(h2::kPing, 0, 0, "12345678");
  for (std::uint32_t i = 0; i < 64; ++i) {
    client_.post(1 + 2 * i, {{"expect", "100-continue"}});
    client_.data(1 + 2 * i, "abc");
  }
  EXPECT_TRUE(protocol_.wantsInput());
  for (auto& exchange : taken()) answer(exchange);
  EXPECT_FALSE(protocol_.wantsInput());
  client_.take();
  EXPECT_TRUE(protocol_.wantsInput());
  EXPECT_EQ(client_.answer(127).body, "abc");
}

TEST_F(Http2LoadTest, LetsAPeerAcknowledgeEveryFrameOfLargeAnswers) {
  for (std::uint32_t id = 1; id < 200; id += 2) {
    client_.get(id, "/big");
    ASSERT_EQ(serve(), 1u) << id;
    while (!client_.answer(id).ended) {
      ASSERT_FALSE(client_.goaway());
      client_.send(h2::kWindowUpdate, 0, 0, bigEndian(16'384));
      client_.send(h2::kWindowUpdate, 0, id, bigEndian(16'384));
      client_.take();
    }
  }
}

TEST_F(Http2LoadTest, ForgetsBodiesThatAreReset) {
  const std::string piece(16'000, 'x');
  for (std::uint32_t id = 1; id < 200; id += 2) {
    client_.post(id);
    client_.data(id, piece, false);
    client_.send(h2::kRstStream, 0, id, bigEndian(h2::kCancel));
    client_.take();
  }
  client_.post(201);
  client_.data(201, piece);
  EXPECT_EQ(serve(), 1u);
  EXPECT_TRUE(reported() == std::vector{200});
}

TEST_F(Http2LoadTest, EndsAHeaderBlockOfTooManyFrames) {
  client_.send(h2::kHeaders, h2::kEndStream, 1, kGet);
  for (int i = 0; i < 9; ++i) client_.send(h2::kContinuation, 0, 1);
  client_.take();
  EXPECT_EQ(client_.goaway(), h2::kEnhanceYourCalm);
  EXPECT_TRUE(protocol_.hasEnded());
}

TEST_F(Http2LoadTest, EndsTooManySettingsInAFrame) {
  std::string settings;
  for (int i = 0; i < 33; ++i) settings += http2Setting(4, 65'535);
  client_.send(h2::kSettings, 0, 0, settings);
  client_.take();
  EXPECT_EQ(client_.goaway(), h2::kEnhanceYourCalm);
}

TEST_F(Http2LoadTest, RefusesAHeaderBlockThatGrowsWhenItIsRead) {
  // One large entry of the table, and then a byte for each time that it is named again.
  const std::string value(4'000, 'x');
  std::string block = kGet + '\x40' + '\x01' + "x" + "\x7f\xa1\x1e" + value;
  block += std::string(8'000, '\xbe');
  client_.send(h2::kHeaders, kWhole, 1, block);
  client_.take();
  EXPECT_EQ(client_.answer(1).reset, h2::kInternalError) << "it is not even read to its end";
  EXPECT_TRUE(taken().empty());
  client_.get(3, "/count");
  EXPECT_EQ(serve(), 1U) << "the table of the connection is as it should be";
}

TEST_F(Http2LoadTest, HoldsNoMoreOfHeadsThanAFewTimesTheirLimit) {
  const std::string large(5'000, 'x');
  std::uint32_t id = 1;
  for (; id < 2 * 60; id += 2) client_.post(id, {{"x", large}});
  client_.take();
  const std::size_t fit =
      http::Http2Protocol::kMaxWaitingHeads * options_.headerLimit / (large.size() + 500);
  EXPECT_EQ(client_.answer(1).status, 0) << "its body may come";
  EXPECT_EQ(client_.answer(2 * static_cast<std::uint32_t>(fit) - 1).status, 0);
  EXPECT_EQ(client_.answer(id - 2).status, 503);
  client_.data(1, "x");
  EXPECT_EQ(serve(), 1U);
}

TEST_F(Http2LoadTest, HandsOnNoRequestOfAPeerThatTakesNoAnswers) {
  client_.send(h2::kSettings, 0, 0, http2Setting(4, 0));
  client_.get(1, "/big");
  EXPECT_EQ(serve(), 1U);
  client_.get(3, "/count");
  EXPECT_EQ(serve(), 0U);
  client_.send(h2::kSettings, 0, 0, http2Setting(4, 1'000'000));
  client_.send(h2::kWindowUpdate, 0, 0, bigEndian(1'000'000));
  client_.take();
  EXPECT_EQ(serve(), 1U);
  EXPECT_EQ(client_.answer(1).body.size(), 300'000U);
}

TEST_F(Http2LoadTest, HoldsNoMoreOfBodiesThanTheConnectionsWindow) {
  const std::string piece(15'750, 'x');
  std::size_t sent = 0;
  std::uint32_t id = 1;
  for (; sent + 4 * piece.size() <= 2 * http::Http2Protocol::kMaxIncomplete; id += 2) {
    client_.post(id);
    for (int i = 0; i < 4; ++i) client_.data(id, piece, i == 3);
    sent += 4 * piece.size();
  }
  Exchanges exchanges = taken();
  ASSERT_EQ(exchanges.size(), id / 2);
  client_.take();
  EXPECT_FALSE(client_.goaway());
  client_.post(id);
  for (int i = 0; i < 4; ++i) client_.data(id, piece, false);
  client_.take();
  EXPECT_EQ(client_.goaway(), h2::kFlowControlError);
}

TEST_F(Http2LoadTest, RefusesBodiesThatKeepEachOtherFromEnding) {
  const std::string piece(16'000, 'x');
  constexpr std::uint32_t kFit = 65;  // pieces in 1 MiB
  for (std::uint32_t i = 0; i < kFit; ++i) {
    if (i < 33) client_.post(1 + 2 * i);
    client_.data(1 + 2 * (i % 33), piece, false);
  }
  client_.take();
  EXPECT_TRUE(reported().empty());
  client_.data(65, piece, false);
  client_.take();
  EXPECT_EQ(client_.answer(65).status, 503);
  for (std::uint32_t i = 0; i < 32; ++i) client_.data(1 + 2 * i, "");
  EXPECT_EQ(serve(), 32u);
  EXPECT_EQ(client_.answer(1).status, 200);
}

TEST_F(Http2LoadTest, GivesTheWindowBackWithTheAnswers) {
  const std::string piece(15'750, 'x');
  for (std::uint32_t id = 1; id < 2 * 100; id += 2) {
    client_.post(id);
    for (int i = 0; i < 4; ++i) client_.data(id, piece, i == 3);
    ASSERT_EQ(taken().size(), 1u) << id;
    client_.send(h2::kRstStream, 0, id, bigEndian(h2::kCancel));
    http::Exchange exchange{id, nullptr, {}};
    protocol_.answer(exchange, {}, false, client_.now);
    client_.take();
    ASSERT_FALSE(client_.goaway()) << id;
  }
}

}  // namespace
}  // namespace strongroom::testing
