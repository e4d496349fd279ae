// Requests that two readers could understand differently, and requests beyond the limits: each gets
// its exact status, the connection ends, and what was smuggled behind it never runs.
#include "tests/service/http/server_fixture.h"

namespace strongroom::testing {
namespace {

struct BadRequest {
  const char* name;
  std::string bytes;
  int status;
};

void PrintTo(const BadRequest& request, std::ostream* out) {
  *out << request.name;
}

const std::string kSmuggled = "GET /count HTTP/1.1\r\nHost: s\r\n\r\n";
const std::string kPost = "POST /echo HTTP/1.1\r\nHost: s\r\n";
const std::string kGet = "GET /count HTTP/1.1\r\nHost: s\r\n";

std::string manyFields(int count) {
  std::string fields;
  for (int i = 0; i < count; ++i) fields += "a" + std::to_string(i) + ": b\r\n";
  return fields;
}

const std::vector<BadRequest> kBadRequests{
    {"LengthAndChunked", kPost + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
     400},
    {"ChunkedAndLength", kPost + "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
     400},
    {"Chunked", kPost + "Transfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n0\r\n\r\n", 411},
    {"ChunkedTwice",
     kPost + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
    {"GzipChunked", kPost + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 400},
    {"UnknownCoding", kPost + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 400},
    {"CodingOnGet", kGet + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411},
    {"TwoLengths", kPost + "Content-Length: 4\r\nContent-Length: 6\r\n\r\nabcdef", 400},
    {"TwoEqualLengths", kPost + "Content-Length: 4\r\nContent-Length: 4\r\n\r\nabcd", 400},
    {"LengthList", kPost + "Content-Length: 4, 4\r\n\r\nabcd", 400},
    {"LengthWithComma", kPost + "Content-Length: 1,0\r\n\r\nabcdefghij", 400},
    {"NegativeLength", kPost + "Content-Length: -5\r\n\r\n", 400},
    {"SignedLength", kPost + "Content-Length: +4\r\n\r\nabcd", 400},
    {"HexLength", kPost + "Content-Length: 0x4\r\n\r\nabcd", 400},
    {"EmptyLength", kPost + "Content-Length:\r\n\r\n", 400},
    {"OverflowingLength", kPost + "Content-Length: 18446744073709551620\r\n\r\nabcd", 400},
    {"HugeLength", kPost + "Content-Length: 1073741824\r\n\r\nabcd", 413},
    {"OneByteTooMany", kPost + "Content-Length: 65537\r\n\r\n", 413},
    {"BodyWhereNoneIsTaken", kGet + "Content-Length: 40\r\n\r\n", 413},
    {"SpaceBeforeColon", kPost + "Content-Length : 4\r\n\r\nabcd", 400},
    {"NoLength", kPost + "\r\n", 411},
    {"ObsFold", kGet + "X: a\r\n b\r\n\r\n", 400},
    {"ObsFoldTab", kGet + "X: a\r\n\tb\r\n\r\n", 400},
    {"LineWithoutColon", kGet + "nonsense\r\n\r\n", 400},
    {"EmptyName", kGet + ": a\r\n\r\n", 400},
    {"BareLineFeeds", "GET /count HTTP/1.1\nHost: s\n\n", 400},
    {"BareLineFeedInField", kGet + "X: a\nY: b\r\n\r\n", 400},
    {"BareCarriageReturn", kGet + "X: a\rb\r\n\r\n", 400},
    {"NulInValue", kGet + "X: a" + std::string(1, '\0') + "b\r\n\r\n", 400},
    {"ControlInValue", kGet + "X: a\x01\r\n\r\n", 400},
    {"NoHost", "GET /count HTTP/1.1\r\n\r\n", 400},
    {"TwoHosts", kGet + "Host: t\r\n\r\n", 400},
    {"EmptyHost", "GET /count HTTP/1.1\r\nHost:\r\n\r\n", 400},
    {"HostList", "GET /count HTTP/1.1\r\nHost: a, b\r\n\r\n", 400},
    {"Version9", "GET /count HTTP/9.9\r\nHost: s\r\n\r\n", 400},
    {"Version2", "GET /count HTTP/2.0\r\nHost: s\r\n\r\n", 400},
    {"Http2Preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400},
    {"NoVersion", "GET /count\r\nHost: s\r\n\r\n", 400},
    {"LowerCaseVersion", "GET /count http/1.1\r\nHost: s\r\n\r\n", 400},
    {"AbsoluteUri", "GET https://s/count HTTP/1.1\r\nHost: s\r\n\r\n", 400},
    {"AuthorityForm", "CONNECT s:443 HTTP/1.1\r\nHost: s\r\n\r\n", 400},
    {"AsteriskForm", "OPTIONS * HTTP/1.1\r\nHost: s\r\n\r\n", 400},
    {"Fragment", "GET /count#x HTTP/1.1\r\nHost: s\r\n\r\n", 400},
    {"EightBitTarget", "GET /count\xC3\xA4 HTTP/1.1\r\nHost: s\r\n\r\n", 400},
    {"TwoSpaces", "GET  /count HTTP/1.1\r\nHost: s\r\n\r\n", 400},
    {"LeadingEmptyLine", "\r\n" + kGet + "\r\n", 400},
    {"LeadingSpace", " " + kGet + "\r\n", 400},
    {"UnknownExpectation", kPost + "Expect: tea\r\nContent-Length: 4\r\n\r\nabcd", 400},
    {"TabBeforeColon", kPost + "Content-Length\t: 4\r\n\r\nabcd", 400},
    {"LengthWithInnerSpace", kPost + "Content-Length: 1 0\r\n\r\nabcdefghij", 400},
    {"LengthInArabicDigits", kPost + "Content-Length: \xD9\xA4\r\n\r\nabcd", 400},
    {"CodingWithVerticalTab", kPost + "Transfer-Encoding: \x0B" + "chunked\r\n\r\n0\r\n\r\n", 400},
    {"CodingInCapitalsAndLength",
     kPost + "TRANSFER-ENCODING: CHUNKED\r\nContent-Length: 0\r\n\r\n0\r\n\r\n", 400},
    {"IdentityCoding", kPost + "Transfer-Encoding: identity\r\nContent-Length: 4\r\n\r\nabcd", 400},
    {"NulInName", kGet + "X" + std::string(1, '\0') + ": a\r\n\r\n", 400},
    {"SpaceInName", kGet + "X Y: a\r\n\r\n", 400},
    {"DeleteInValue", kGet + "X: a\x7F\r\n\r\n", 400},
    {"HostWithSlash", "GET /count HTTP/1.1\r\nHost: s/t\r\n\r\n", 400},
    {"HostWithUser", "GET /count HTTP/1.1\r\nHost: root@s\r\n\r\n", 400},
    {"TabInRequestLine", "GET\t/count HTTP/1.1\r\nHost: s\r\n\r\n", 400},
    {"SpaceAfterVersion", "GET /count HTTP/1.1 \r\nHost: s\r\n\r\n", 400},
    {"NulInTarget", "GET /count" + std::string(1, '\0') + " HTTP/1.1\r\nHost: s\r\n\r\n", 400},
    {"BackslashPath", "GET \\count HTTP/1.1\r\nHost: s\r\n\r\n", 400},
    {"ManyFields", kGet + manyFields(101) + "\r\n", 431},
    {"LargeField", kGet + "X: " + std::string(40'000, 'x') + "\r\n\r\n", 431},
    {"LargeTarget", "GET /" + std::string(40'000, 'x') + " HTTP/1.1\r\nHost: s\r\n\r\n", 431},
    {"UnknownPath", "POST /nowhere HTTP/1.1\r\nHost: s\r\nContent-Length: 4\r\n\r\nabcd", 404},
    {"EncodedPath", "GET /%63ount HTTP/1.1\r\nHost: s\r\n\r\n", 404},
    {"DoubleSlash", "GET //count HTTP/1.1\r\nHost: s\r\n\r\n", 404},
    {"WrongMethod", "PUT /count HTTP/1.1\r\nHost: s\r\nContent-Length: 4\r\n\r\nabcd", 405},
    {"LowerCaseMethod", "get /count HTTP/1.1\r\nHost: s\r\n\r\n", 405},
    {"BodyOfARequestAtAPathThatIsNot",
     "POST /nowhere HTTP/1.1\r\nHost: s\r\nContent-Length: " + std::to_string(kSmuggled.size()) +
         "\r\n\r\n",
     404},
};

/// One server for the whole table.
class BadRequestTest : public ::testing::TestWithParam<BadRequest> {
 protected:
  class Shared : public ServerFixture {
   public:
    Shared() { start(); }
    void TestBody() override {}
    using ServerFixture::calls_;
    using ServerFixture::port;
  };
  static void SetUpTestSuite() { shared_ = std::make_unique<Shared>(); }
  static void TearDownTestSuite() { shared_.reset(); }

  static inline std::unique_ptr<Shared> shared_;
  TlsClient client_{shared_->port()};
};

TEST_P(BadRequestTest, IsRefusedAndNothingBehindItRuns) {
  ASSERT_TRUE(client_.connected());
  client_.send(GetParam().bytes + kSmuggled);
  const auto answer = client_.receive();
  ASSERT_TRUE(answer) << "the connection ended without an answer";
  EXPECT_EQ(answer->status, GetParam().status) << answer->body;
  EXPECT_NE(answer->head.find("\r\nConnection: close\r\n"), std::string::npos);
  EXPECT_TRUE(client_.ended());
  EXPECT_EQ(shared_->calls_, 0);
}

TEST_P(BadRequestTest, IsRefusedAlikeWhenItComesInPieces) {
  const std::string& bytes = GetParam().bytes;
  const std::size_t piece = 1 + bytes.size() / 1'000;  // byte by byte, but for the huge ones
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    if (!client_.send(bytes.substr(at, piece))) break;
  }
  const auto answer = client_.receive();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, GetParam().status) << answer->body;
  EXPECT_TRUE(client_.ended());
  EXPECT_EQ(shared_->calls_, 0);
}

INSTANTIATE_TEST_SUITE_P(Table, BadRequestTest, ::testing::ValuesIn(kBadRequests),
                         [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace strongroom::testing
