// Frames as they may not be: each ends the connection or the stream with the error code that
// RFC 9113 has for it, or is passed over where it says so.
#include "tests/service/http/http2_fixture.h"

namespace strongroom::testing {
namespace {

const std::string kGet = headerBlock(
    {{":method", "GET"}, {":scheme", "https"}, {":authority", "s"}, {":path", "/count"}});
constexpr std::uint8_t kWhole = h2::kEndHeaders | h2::kEndStream;

struct BadFrames {
  const char* name;
  std::string bytes;
  std::uint32_t error;  ///< of the GOAWAY
};

void PrintTo(const BadFrames& frames, std::ostream* out) {
  *out << frames.name;
}

std::string openPost() {
  return http2Frame(
      h2::kHeaders, h2::kEndHeaders, 1,
      headerBlock(
          {{":method", "POST"}, {":scheme", "https"}, {":authority", "s"}, {":path", "/echo"}}));
}

const std::vector<BadFrames> kBadFrames{
    {"DataOnStream0", http2Frame(h2::kData, 0, 0, "x"), h2::kProtocolError},
    {"DataOnAnIdleStream", http2Frame(h2::kData, 0, 1, "x"), h2::kProtocolError},
    {"DataBehindTheEnd",
     http2Frame(h2::kHeaders, kWhole, 1, kGet) + http2Frame(h2::kData, 0, 1, "x"),
     h2::kStreamClosed},
    {"PaddingLongerThanTheFrame", openPost() + http2Frame(h2::kData, h2::kPadded, 1, "\x09xyz"),
     h2::kProtocolError},
    {"PaddedWithoutALength", openPost() + http2Frame(h2::kData, h2::kPadded, 1),
     h2::kProtocolError},
    {"HeadersOnStream0", http2Frame(h2::kHeaders, kWhole, 0, kGet), h2::kProtocolError},
    {"HeadersOnAnEvenStream", http2Frame(h2::kHeaders, kWhole, 2, kGet), h2::kProtocolError},
    {"HeadersBehindTheEnd",
     http2Frame(h2::kHeaders, kWhole, 1, kGet) + http2Frame(h2::kHeaders, kWhole, 1, kGet),
     h2::kStreamClosed},
    {"HeadersThatDependOnThemselves",
     http2Frame(h2::kHeaders, kWhole | h2::kPriorityFlag, 1, bigEndian(1) + "\x0f" + kGet),
     h2::kProtocolError},
    {"PaddingLongerThanTheHeaders",
     http2Frame(h2::kHeaders, kWhole | h2::kPadded, 1, "\xff" + kGet), h2::kProtocolError},
    {"FrameAmidAHeaderBlock",
     http2Frame(h2::kHeaders, h2::kEndStream, 1, kGet) + http2Frame(h2::kPing, 0, 0, "12345678"),
     h2::kProtocolError},
    {"ContinuationWithoutHeaders", http2Frame(h2::kContinuation, h2::kEndHeaders, 1, kGet),
     h2::kProtocolError},
    {"ContinuationOfAnotherStream",
     http2Frame(h2::kHeaders, h2::kEndStream, 1, kGet) +
         http2Frame(h2::kContinuation, h2::kEndHeaders, 3, ""),
     h2::kProtocolError},
    {"UnknownFrameAmidAHeaderBlock",
     http2Frame(h2::kHeaders, h2::kEndStream, 1, kGet) + http2Frame(0x77, 0, 1, "x"),
     h2::kProtocolError},
    {"HeaderBlockThatIsNone", http2Frame(h2::kHeaders, kWhole, 1, "\xff\xff\xff\xff\xff\xff"),
     h2::kCompressionError},
    {"IndexBeyondTheTable", http2Frame(h2::kHeaders, kWhole, 1, "\xff\x10"), h2::kCompressionError},
    {"TableLargerThanAllowed", http2Frame(h2::kHeaders, kWhole, 1, "\x3f\xe2\x1f" + kGet),
     h2::kCompressionError},
    {"OversizedFrame", http2Frame(h2::kPing, 0, 0, std::string(16'385, 'x')), h2::kFrameSizeError},
    {"PriorityOfTheWrongSize", http2Frame(h2::kPriority, 0, 1, "1234"), h2::kFrameSizeError},
    {"ResetOfAnIdleStream", http2Frame(h2::kRstStream, 0, 1, bigEndian(8)), h2::kProtocolError},
    {"ResetOfStream0", http2Frame(h2::kRstStream, 0, 0, bigEndian(8)), h2::kProtocolError},
    {"ResetOfTheWrongSize", openPost() + http2Frame(h2::kRstStream, 0, 1, "123"),
     h2::kFrameSizeError},
    {"SettingsOfTheWrongSize", http2Frame(h2::kSettings, 0, 0, "12345"), h2::kFrameSizeError},
    {"SettingsAckWithPayload", http2Frame(h2::kSettings, h2::kAck, 0, "123456"),
     h2::kFrameSizeError},
    {"SettingsOnAStream", openPost() + http2Frame(h2::kSettings, 0, 1), h2::kProtocolError},
    {"SettingsAckOfNothing", http2Frame(h2::kSettings, h2::kAck, 0), h2::kProtocolError},
    {"PushEnabledByANumberThatIsNone", http2Frame(h2::kSettings, 0, 0, http2Setting(2, 2)),
     h2::kProtocolError},
    {"WindowTooLargeBySettings", http2Frame(h2::kSettings, 0, 0, http2Setting(4, 0x8000'0000)),
     h2::kFlowControlError},
    {"FrameSizeTooSmallBySettings", http2Frame(h2::kSettings, 0, 0, http2Setting(5, 100)),
     h2::kProtocolError},
    {"PingOfTheWrongSize", http2Frame(h2::kPing, 0, 0, "1234567"), h2::kFrameSizeError},
    {"PingOnAStream", openPost() + http2Frame(h2::kPing, 0, 1, "12345678"), h2::kProtocolError},
    {"PushPromise",
     openPost() + http2Frame(h2::kPushPromise, h2::kEndHeaders, 1, bigEndian(2) + kGet),
     h2::kProtocolError},
    {"WindowUpdateOf0", http2Frame(h2::kWindowUpdate, 0, 0, bigEndian(0)), h2::kProtocolError},
    {"WindowUpdateOf0OnAStream", openPost() + http2Frame(h2::kWindowUpdate, 0, 1, bigEndian(0)),
     h2::kProtocolError},
    {"WindowUpdateThatOverflows", http2Frame(h2::kWindowUpdate, 0, 0, bigEndian(0x7FFF'FFFF)),
     h2::kFlowControlError},
    {"WindowUpdateOfAnIdleStream", http2Frame(h2::kWindowUpdate, 0, 1, bigEndian(1)),
     h2::kProtocolError},
    {"GoawayOnAStream", openPost() + http2Frame(h2::kGoaway, 0, 1, bigEndian(0) + bigEndian(0)),
     h2::kProtocolError},
};

class Http2BadFramesTest : public Http2Fixture, public ::testing::WithParamInterface<BadFrames> {
 protected:
  Http2BadFramesTest() { client_.settle(); }
};

TEST_P(Http2BadFramesTest, EndTheConnection) {
  client_.send(GetParam().bytes);
  client_.take();
  EXPECT_EQ(client_.goaway(), GetParam().error);
  EXPECT_TRUE(protocol_.hasEnded());
  EXPECT_FALSE(protocol_.wantsInput());
}

TEST_P(Http2BadFramesTest, EndTheConnectionWhenTheyComeInPieces) {
  const std::string& bytes = GetParam().bytes;
  for (std::size_t at = 0; at < bytes.size() && protocol_.wantsInput(); at += 3) {
    client_.send(bytes.substr(at, 3));
  }
  client_.take();
  EXPECT_EQ(client_.goaway(), GetParam().error);
  EXPECT_TRUE(protocol_.hasEnded());
}

INSTANTIATE_TEST_SUITE_P(Table, Http2BadFramesTest, ::testing::ValuesIn(kBadFrames),
                         [](const auto& row) { return std::string(row.param.name); });

using Http2PrefaceTest = Http2Fixture;
using Http2FramesTest = SettledHttp2Fixture;

TEST_F(Http2PrefaceTest, BeginsWithItsSettings) {
  const std::string_view output = protocol_.output();
  ASSERT_GE(output.size(), 9u);
  EXPECT_EQ(output[3], char{h2::kSettings});
  const std::string_view settings = output.substr(9, static_cast<std::size_t>(output[2]));
  EXPECT_NE(settings.find(http2Setting(3, 64)), std::string_view::npos);
  EXPECT_NE(settings.find(http2Setting(6, 32 * 1024)), std::string_view::npos);
}

TEST_F(Http2PrefaceTest, EndsAConnectionThatBeginsOtherwise) {
  client_.send("GET / HTTP/1.1\r\nHost: s\r\n\r\n");
  client_.take();
  EXPECT_EQ(client_.goaway(), h2::kProtocolError);
  EXPECT_TRUE(protocol_.hasEnded());
}

TEST_F(Http2PrefaceTest, EndsAConnectionWithoutSettings) {
  client_.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  client_.send(h2::kPing, 0, 0, "12345678");
  client_.take();
  EXPECT_EQ(client_.goaway(), h2::kProtocolError);
  EXPECT_TRUE(protocol_.hasEnded());
}

TEST_F(Http2FramesTest, PassesOverFramesOfUnknownTypesAndPriorities) {
  client_.send(0x77, 0xFF, 0, "what is this");
  client_.send(h2::kPriority, 0, 1, bigEndian(3) + "\x0f");
  client_.send(h2::kPriority, 0, 1, bigEndian(1) + "\x0f");  // depends on itself
  client_.post(1);
  client_.send(0x77, 0, 1, "and this");
  client_.data(1, "abc");
  EXPECT_EQ(serve(), 1u);
  EXPECT_EQ(client_.answer(1).body, "abc");
  EXPECT_FALSE(client_.goaway());
}

TEST_F(Http2FramesTest, AnswersPings) {
  const int before = client_.count(h2::kPing);
  client_.send(h2::kPing, 0, 0, "12345678");
  client_.take();
  EXPECT_EQ(client_.count(h2::kPing), before + 1);
}

TEST_F(Http2FramesTest, KeepsToItsOwnTableWhenThePeerOffersALargerOne) {
  client_.send(h2::kSettings, 0, 0, http2Setting(1, 1u << 30) + http2Setting(5, 1u << 20));
  for (std::uint32_t id = 1; id < 100; id += 2) {
    client_.get(id, "/count");
    EXPECT_EQ(serve(), 1u);
    EXPECT_EQ(client_.answer(id).field("x-request-kind"), "test");
  }
}

TEST_F(Http2FramesTest, KeepsTheTableInStepThroughRefusedRequests) {
  // Indexed literals (RFC 7541, 6.2.1) in a request that is refused are there for the next one.
  const auto indexed = [](std::string_view name, std::string_view value) {
    std::string text(1, '\x40');
    text.append(1, static_cast<char>(name.size())).append(name);
    return text.append(1, static_cast<char>(value.size())).append(value);
  };
  client_.send(h2::kHeaders, kWhole, 1,
               kGet + indexed("connection", "close") + indexed("x-late", "there"));
  client_.send(h2::kHeaders, kWhole, 3, kGet + "\xbe");  // the newest entry
  auto exchanges = taken();
  ASSERT_EQ(exchanges.size(), 1u);
  EXPECT_EQ(exchanges[0].stream, 3u);
  EXPECT_EQ(exchanges[0].request.header("x-late"), "there");
}

TEST_F(Http2FramesTest, ResetsAStreamWhoseWindowOverflows) {
  client_.post(1);
  client_.send(h2::kWindowUpdate, 0, 1, bigEndian(0x7FFF'FFFF));
  client_.take();
  EXPECT_EQ(client_.answer(1).reset, h2::kFlowControlError);
  EXPECT_FALSE(client_.goaway());
}

TEST_F(Http2FramesTest, EndsAPeerThatIgnoresTheWindow) {
  client_.post(1);
  const std::string piece(16'384, 'x');
  for (int i = 0; i < 5 && !client_.goaway(); ++i) client_.data(1, piece, false);
  client_.take();
  EXPECT_EQ(client_.answer(1).status, 413) << "the windows are wider than the limit";
}

}  // namespace
}  // namespace strongroom::testing
