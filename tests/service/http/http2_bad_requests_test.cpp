// Requests of HTTP/2 that two readers could understand differently, and requests beyond the limits:
// each gets its exact answer or is reset, never reaches a handler, and the connection goes on.
#include "tests/service/http/http2_fixture.h"

namespace strongroom::testing {
namespace {

constexpr int kReset = 0;  ///< RST_STREAM of PROTOCOL_ERROR instead of a status

struct BadRequest {
  const char* name;
  Http2Fields fields;
  int status;
  std::optional<std::string> body = std::nullopt;
};

void PrintTo(const BadRequest& request, std::ostream* out) {
  *out << request.name;
}

Http2Fields with(Http2Fields fields, const Http2Fields& more) {
  fields.insert(fields.end(), more.begin(), more.end());
  return fields;
}

Http2Fields get(const Http2Fields& more = {}) {
  return with({{":method", "GET"}, {":scheme", "https"}, {":authority", "s"}, {":path", "/count"}},
              more);
}

Http2Fields post(const Http2Fields& more = {}) {
  return with({{":method", "POST"}, {":scheme", "https"}, {":authority", "s"}, {":path", "/echo"}},
              more);
}

Http2Fields path(const std::string& text) {
  return {{":method", "GET"}, {":scheme", "https"}, {":authority", "s"}, {":path", text}};
}

Http2Fields authority(const std::string& text) {
  return {{":method", "GET"}, {":scheme", "https"}, {":authority", text}, {":path", "/count"}};
}

Http2Fields manyFields(int count) {
  Http2Fields fields;
  for (int i = 0; i < count; ++i) fields.emplace_back("a" + std::to_string(i), "b");
  return fields;
}

const std::vector<BadRequest> kBadRequests{
    {"NoMethod", {{":scheme", "https"}, {":authority", "s"}, {":path", "/count"}}, kReset},
    {"TwoMethods", with(get(), {{":method", "GET"}}), kReset},
    {"EmptyMethod", with({{":method", ""}}, {{":scheme", "https"}, {":path", "/count"}}), kReset},
    {"MethodWithASpace",
     {{":method", "GE T"}, {":scheme", "https"}, {":authority", "s"}, {":path", "/count"}},
     kReset},
    {"NoPath", {{":method", "GET"}, {":scheme", "https"}, {":authority", "s"}}, kReset},
    {"EmptyPath", path(""), kReset},
    {"AsteriskForm",
     {{":method", "OPTIONS"}, {":scheme", "https"}, {":authority", "s"}, {":path", "*"}},
     400},
    {"AbsoluteForm", path("https://s/count"), kReset},
    {"Fragment", path("/count#x"), 400},
    {"EightBitPath", path("/count\xC3\xA4"), 400},
    {"SpaceInPath", path("/count x"), kReset},
    {"NoScheme", {{":method", "GET"}, {":authority", "s"}, {":path", "/count"}}, kReset},
    {"PlainScheme",
     {{":method", "GET"}, {":scheme", "http"}, {":authority", "s"}, {":path", "/count"}},
     400},
    {"OtherScheme",
     {{":method", "GET"}, {":scheme", "ftp"}, {":authority", "s"}, {":path", "/count"}},
     400},
    {"NoAuthority", {{":method", "GET"}, {":scheme", "https"}, {":path", "/count"}}, kReset},
    {"EmptyAuthority", authority(""), kReset},
    {"AuthorityWithUser", authority("root@s"), 400},
    {"AuthorityList", authority("a,b"), 400},
    {"AuthorityWithSlash", authority("s/t"), kReset},
    {"OtherHost", get({{"host", "t"}}), 400},
    {"TwoHosts", get({{"host", "s"}, {"host", "s"}}), kReset},
    {"EmptyHost", get({{"host", ""}}), kReset},
    {"Connect", {{":method", "CONNECT"}, {":authority", "s:443"}}, 400},
    {"ExtendedConnect",
     with({{":method", "CONNECT"}, {":protocol", "websocket"}},
          {{":scheme", "https"}, {":authority", "s"}, {":path", "/count"}}),
     kReset},
    {"ConnectWithAPath",
     {{":method", "CONNECT"}, {":scheme", "https"}, {":authority", "s"}, {":path", "/count"}},
     kReset},
    {"UnknownPseudoField", with(get(), {{":what", "x"}}), kReset},
    {"StatusInARequest", with(get(), {{":status", "200"}}), kReset},
    {"PseudoFieldBehindAField",
     {{":method", "GET"}, {"a", "b"}, {":scheme", "https"}, {":authority", "s"}, {":path", "/"}},
     kReset},
    {"UpperCaseName", get({{"X-Upper", "a"}}), kReset},
    {"EmptyName", get({{"", "a"}}), kReset},
    {"SpaceInName", get({{"a b", "a"}}), kReset},
    {"ColonInName", get({{"a:b", "a"}}), kReset},
    {"NulInValue", get({{"a", std::string("a\0b", 3)}}), kReset},
    {"CarriageReturnInValue", get({{"a", "a\rb"}}), kReset},
    {"LineFeedInValue", get({{"a", "a\nhost: t"}}), kReset},
    {"ControlInValue", get({{"a", "a\x01"}}), kReset},
    {"SpaceBeforeValue", get({{"a", " b"}}), kReset},
    {"TabBehindValue", get({{"a", "b\t"}}), kReset},
    {"Connection", get({{"connection", "close"}}), kReset},
    {"KeepAlive", get({{"keep-alive", "1"}}), kReset},
    {"ProxyConnection", get({{"proxy-connection", "close"}}), kReset},
    {"TransferEncoding", post({{"transfer-encoding", "chunked"}}), kReset, "abcd"},
    {"Upgrade", get({{"upgrade", "h2c"}}), kReset},
    {"TeOfOtherThings", get({{"te", "gzip"}}), kReset},
    {"TwoLengths", post({{"content-length", "4"}, {"content-length", "4"}}), kReset, "abcd"},
    {"LengthList", post({{"content-length", "4, 4"}}), kReset, "abcd"},
    {"SignedLength", post({{"content-length", "+4"}}), kReset, "abcd"},
    {"NegativeLength", post({{"content-length", "-4"}}), kReset, "abcd"},
    {"EmptyLength", post({{"content-length", ""}}), kReset, "abcd"},
    {"OverflowingLength", post({{"content-length", "18446744073709551620"}}), kReset, "abcd"},
    {"ShortBody", post({{"content-length", "5"}}), kReset, "abcd"},
    {"LongBody", post({{"content-length", "3"}}), kReset, "abcd"},
    {"LengthWithoutABody", post({{"content-length", "3"}}), kReset},
    {"HugeLength", post({{"content-length", "1073741824"}}), 413, "abcd"},
    {"OneByteTooMany", post({{"content-length", "65537"}}), 413, "abcd"},
    {"BodyWhereNoneIsTaken", get(), 413, "abcd"},
    {"UnknownExpectation", post({{"expect", "tea"}}), 400, "abcd"},
    {"ManyFields", get(manyFields(100)), 431},
    {"LargeField", get({{"x", std::string(33'000, 'x')}}), 431},
    {"LargePath", path("/" + std::string(33'000, 'x')), 431},
    {"UnknownPath", path("/nowhere"), 404},
    {"EncodedPath", path("/%63ount"), 404},
    {"DoubleSlash", path("//count"), 404},
    {"WrongMethod", path("/echo"), 405},
    {"LowerCaseMethod",
     {{":method", "get"}, {":scheme", "https"}, {":authority", "s"}, {":path", "/count"}},
     405},
};

class Http2BadRequestTest : public Http2Fixture, public ::testing::WithParamInterface<BadRequest> {
 protected:
  Http2BadRequestTest() { client_.settle(); }
};

TEST_P(Http2BadRequestTest, IsRefusedAndTheConnectionGoesOn) {
  const BadRequest& bad = GetParam();
  client_.request(1, bad.fields, !bad.body);
  client_.take();
  if (bad.body) client_.data(1, *bad.body);
  client_.get(3, "/count");
  EXPECT_EQ(serve(), 1u) << "only the good one is handed on";
  const Http2Client::Answer answer = client_.answer(1);
  EXPECT_EQ(answer.status, bad.status) << answer.body;
  if (bad.status == kReset) {
    EXPECT_EQ(answer.reset, h2::kProtocolError);
    EXPECT_EQ(reported(), std::vector{200});
  } else {
    EXPECT_TRUE(answer.ended);
    EXPECT_EQ(answer.reset.value_or(h2::kNoError), h2::kNoError);
    EXPECT_EQ(reported(), (std::vector{bad.status, 200}));
  }
  EXPECT_EQ(client_.answer(3).status, 200);
  EXPECT_FALSE(client_.goaway());
  EXPECT_TRUE(protocol_.isIdle());
}

INSTANTIATE_TEST_SUITE_P(Table, Http2BadRequestTest, ::testing::ValuesIn(kBadRequests),
                         [](const auto& row) { return std::string(row.param.name); });

using Http2LimitsTest = SettledHttp2Fixture;

TEST_F(Http2LimitsTest, TakesAsManyFieldsAndAsLargeOnesAsItSays) {
  client_.request(1, get(manyFields(99)));
  // RFC 9113, 6.5.2: 32 bytes besides, for each of the five fields.
  const std::size_t others =
      std::string_view(":methodGET:schemehttps:authoritys:path/countx").size();
  const std::string most(options_.headerLimit - others - 5 * 32, 'x');
  client_.request(3, get({{"x", most}}));
  client_.request(5, get({{"x", most + "x"}}));
  EXPECT_EQ(serve(), 2u);
  EXPECT_EQ(client_.answer(5).status, 431);
}

TEST_F(Http2LimitsTest, RefusesTrailers) {
  client_.post(1);
  client_.data(1, "abc", false);
  client_.request(1, {{"x-checksum", "1"}});
  EXPECT_EQ(serve(), 0u);
  EXPECT_EQ(client_.answer(1).status, 400);
  EXPECT_EQ(client_.answer(1).field("content-type"), "application/x-test");
}

TEST_F(Http2LimitsTest, ResetsFieldsInTheMidstOfABody) {
  client_.post(1);
  client_.data(1, "abc", false);
  client_.request(1, {{"x-checksum", "1"}}, false);
  EXPECT_EQ(serve(), 0u);
  EXPECT_EQ(client_.answer(1).reset, h2::kProtocolError);
}

}  // namespace
}  // namespace strongroom::testing
