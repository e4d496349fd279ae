#include "service/auth/sigv4.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "service/auth/access_key.h"
#include "service/auth/request_date.h"
#include "service/crypto/digest.h"
#include "tests/service/auth/identity_store.h"
#include "tests/service/auth/signer.h"
#include "tests/support/fake_hsm.h"
#include "tests/support/manual_clock.h"

namespace strongroom::auth {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr const char* kWrongSignature =
    "The request signature we calculated does not match the signature you provided.";
constexpr const char* kUnknownClient = "The security token included in the request is invalid.";

class SigV4Test : public ::testing::Test {
 protected:
  SigV4Test() { store_->addIdentity({id_, "alice", keys::Role::kAdministrator, clock_.now()}); }

  hsm::Deadline deadline() const { return hsm::deadlineIn(std::chrono::seconds(5)); }

  http::Request request() const {
    http::Request request;
    request.method = "POST";
    request.path = "/";
    request.headers = {{"Host", "127.0.0.1:7373"},
                       {"X-Amz-Date", now_},
                       {"X-Amz-Target", "TrentService.ListKeys"}};
    request.body = {'{', '}'};
    return request;
  }

  http::Request withoutDate() const {
    http::Request undated = request();
    std::erase_if(undated.headers,
                  [](const http::Header& header) { return header.name == "X-Amz-Date"; });
    return undated;
  }

  http::Request signedRequest() const {
    http::Request signedOne = request();
    signer_.sign(signedOne, kAll, now_);
    return signedOne;
  }

  Principal verify(const http::Request& request) { return verifier_.verify(request, deadline()); }

  void expectRefused(const http::Request& request, ErrorCode code, const std::string& text) {
    try {
      verify(request);
      FAIL() << "accepted";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), code) << error.what();
      EXPECT_THAT(error.what(), HasSubstr(text));
    }
  }

  static std::string& authorization(http::Request& request) {
    return std::ranges::find(request.headers, "Authorization", &http::Header::name)->value;
  }

  static std::string replaced(std::string text, const std::string& what, const std::string& with) {
    return text.replace(text.find(what), what.size(), with);
  }

  const std::vector<std::string> kAll{"host", "x-amz-date", "x-amz-target"};
  testing::ManualClock clock_;
  const std::string now_ = toIsoBasic(std::chrono::floor<std::chrono::seconds>(clock_.now()));
  testing::FakeHsm hsm_;
  const std::string id_ = newAccessKeyId(hsm_, deadline());
  const SecretBytes secret_ = secretAccessKey(hsm_, id_, deadline());
  IdentityStore store_;
  Credentials credentials_{*store_, hsm_, {"us-east-1", "000000000000"}};
  SigV4Verifier verifier_{{"us-east-1", "kms"}, credentials_, clock_};
  Signer signer_{id_, secret_, {"us-east-1", "kms"}};
};

TEST_F(SigV4Test, SaysWhoSigned) {
  const Principal principal = verify(signedRequest());
  EXPECT_EQ(principal.arn, "arn:aws:iam::000000000000:user/alice");
  EXPECT_EQ(principal.accessKeyId, id_);
  EXPECT_EQ(principal.role, keys::Role::kAdministrator);
}

TEST_F(SigV4Test, RefusesARequestWithoutAuthorization) {
  expectRefused(request(), ErrorCode::kMissingAuthentication, "Missing Authentication Token");
}

TEST_F(SigV4Test, RefusesTwoAuthorizationHeaders) {
  http::Request twice = signedRequest();
  twice.headers.push_back({"authorization", authorization(twice)});
  expectRefused(twice, ErrorCode::kIncompleteSignature, "exactly one 'Authorization' header");
}

TEST_F(SigV4Test, RefusesTheQueryFormAloneAndBesideAHeader) {
  for (const char* query : {"X-Amz-Signature=00", "a=b&X-Amz-Algorithm=AWS4-HMAC-SHA256",
                            "x-amz-credential=x", "X%2DAmz%2DSignature=00"}) {
    http::Request presigned = request();
    presigned.query = query;
    expectRefused(presigned, ErrorCode::kIncompleteSignature, "query string");
    signer_.sign(presigned, kAll, now_);
    expectRefused(presigned, ErrorCode::kIncompleteSignature, "query string");
  }
}

TEST_F(SigV4Test, RefusesASessionTokenWhetherSignedOrNot) {
  http::Request withToken = request();
  withToken.headers.push_back({"X-Amz-Security-Token", "AQoDYXdz"});
  http::Request unsignedToken = withToken;
  signer_.sign(withToken, {"host", "x-amz-date", "x-amz-security-token", "x-amz-target"}, now_);
  expectRefused(withToken, ErrorCode::kUnrecognizedClient, kUnknownClient);
  signer_.sign(unsignedToken, kAll, now_);
  expectRefused(unsignedToken, ErrorCode::kUnrecognizedClient, kUnknownClient);
}

TEST_F(SigV4Test, RequiresHostDateAndTargetToBeSigned) {
  for (const std::string& name : kAll) {
    std::vector<std::string> others = kAll;
    std::erase(others, name);
    http::Request lacking = request();
    signer_.sign(lacking, others, now_);
    SCOPED_TRACE(name);
    expectRefused(lacking, ErrorCode::kIncompleteSignature, name == "host" ? "'Host'" : name);
  }
}

TEST_F(SigV4Test, TakesTheAuthorityOfHttp2ForTheHost) {
  http::Request byAuthority = request();
  signer_.sign(byAuthority, {":authority", "x-amz-date", "x-amz-target"}, now_);
  EXPECT_EQ(verify(byAuthority).accessKeyId, id_);
  std::ranges::find(byAuthority.headers, "Host", &http::Header::name)->value = "elsewhere";
  expectRefused(byAuthority, ErrorCode::kInvalidSignature, "");
}

TEST_F(SigV4Test, RefusesAnyUnsignedAmazonHeaderThatIsAddedLater) {
  http::Request extended = signedRequest();
  extended.headers.push_back({"X-AMZ-Anything", "1"});
  expectRefused(extended, ErrorCode::kIncompleteSignature,
                "There were headers present in the request which were not signed: x-amz-anything");
}

TEST_F(SigV4Test, AcceptsOtherUnsignedHeaders) {
  http::Request extended = signedRequest();
  extended.headers.push_back({"amz-sdk-request", "attempt=1"});
  extended.headers.push_back({"User-Agent", "Boto3"});
  EXPECT_NO_THROW(verify(extended));
}

TEST_F(SigV4Test, RefusesTwoHosts) {
  http::Request twice = request();
  twice.headers.push_back({"Host", "elsewhere"});
  signer_.sign(twice, kAll, now_);
  expectRefused(twice, ErrorCode::kIncompleteSignature, "exactly one 'Host'");
}

TEST_F(SigV4Test, RefusesASignedHeaderThatIsNotThere) {
  http::Request lacking = request();
  lacking.headers.push_back({"x-amz-note", "1"});
  signer_.sign(lacking, {"host", "x-amz-date", "x-amz-note", "x-amz-target"}, now_);
  std::erase_if(lacking.headers,
                [](const http::Header& header) { return header.name == "x-amz-note"; });
  expectRefused(lacking, ErrorCode::kIncompleteSignature, "'x-amz-note' is not in the request");
}

TEST_F(SigV4Test, TakesTheAmazonDateWhereBothAreThere) {
  http::Request both = request();
  both.headers.push_back({"Date", "Thu, 01 Jan 1970 00:00:00 GMT"});
  signer_.sign(both, kAll, now_);
  EXPECT_NO_THROW(verify(both));
}

TEST_F(SigV4Test, RefusesADateThatIsMissingRepeatedOrUnreadable) {
  struct Case {
    std::vector<http::Header> dates;
    std::vector<std::string> signedHeaders;
    std::string text;
  };
  const std::vector<std::string> withDate{"date", "host", "x-amz-target"};
  for (const Case& given : std::vector<Case>{
           {{},
            {"host", "x-amz-target"},
            "requires existence of either a 'X-Amz-Date' or a 'Date'"},
           {{{"X-Amz-Date", now_}, {"X-Amz-Date", now_}}, kAll, "more than one 'x-amz-date'"},
           {{{"Date", now_}, {"Date", now_}}, withDate, "more than one 'date'"},
           {{{"X-Amz-Date", "yesterday"}}, kAll, "ISO-8601"},
           {{{"X-Amz-Date", "Tue, 14 Nov 2023 22:13:20 GMT"}}, kAll, "ISO-8601"},
           {{{"Date", "today"}}, withDate, "ISO-8601"}}) {
    http::Request dated = withoutDate();
    dated.headers.insert(dated.headers.end(), given.dates.begin(), given.dates.end());
    signer_.sign(dated, given.signedHeaders, now_);
    expectRefused(dated, ErrorCode::kIncompleteSignature, given.text);
  }
}

TEST_F(SigV4Test, TakesTheDateHeaderOnlyWhenItIsSigned) {
  http::Request dated = withoutDate();
  dated.headers.push_back({"Date", "Tue, 14 Nov 2023 22:13:20 GMT"});
  http::Request unsignedDate = dated;
  signer_.sign(dated, {"date", "host", "x-amz-target"}, now_);
  EXPECT_NO_THROW(verify(dated));
  signer_.sign(unsignedDate, {"host", "x-amz-target"}, now_);
  expectRefused(unsignedDate, ErrorCode::kIncompleteSignature, "'date' must be a 'SignedHeader'");
}

TEST_F(SigV4Test, SaysExpiredAndNotYetCurrentInTheWordsOfAws) {
  const http::Request signedOne = signedRequest();
  clock_.advance(std::chrono::minutes(16));
  expectRefused(signedOne, ErrorCode::kInvalidSignature,
                "Signature expired: 20231114T221320Z is now earlier than 20231114T222420Z "
                "(20231114T222920Z - 5 min.)");
  clock_.advance(std::chrono::minutes(-32));
  expectRefused(signedOne, ErrorCode::kInvalidSignature,
                "Signature not yet current: 20231114T221320Z is still later than 20231114T220220Z "
                "(20231114T215720Z + 5 min.)");
}

TEST_F(SigV4Test, RefusesEveryOtherScopeThoughItIsSignedRightly) {
  struct Case {
    Scope scope;
    std::string terminator, date, text;
  };
  for (const Case& other :
       std::vector<Case>{{{"eu-west-1", "kms"},
                          "aws4_request",
                          "",
                          "Credential should be scoped to a valid region, not 'eu-west-1'."},
                         {{"us-east-1", "s3"},
                          "aws4_request",
                          "",
                          "Credential should be scoped to correct service: 'kms'."},
                         {{"us-east-1", "kms"},
                          "aws5_request",
                          "",
                          "Credential should be scoped with a valid terminator"},
                         {{"us-east-1", "kms"},
                          "aws4_request",
                          "20231113",
                          "Date in Credential scope does not match YYYYMMDD from ISO-8601 version "
                          "of date from HTTP: '20231113' != "
                          "'20231114', from '20231114T221320Z'."}}) {
    http::Request scoped = request();
    Signer{id_, secret_, other.scope, other.terminator}.sign(scoped, kAll, now_, other.date);
    expectRefused(scoped, ErrorCode::kInvalidSignature, other.text);
  }
}

TEST_F(SigV4Test, AcceptsADeclaredContentHashOnlyWhenItIsTheBodys) {
  const std::string right = toHex(crypto::sha256(asBytes("{}")));
  for (const bool isSigned : {true, false}) {
    for (const std::string& hash :
         {right, toHex(crypto::sha256({})), std::string("UNSIGNED-PAYLOAD"), std::string()}) {
      http::Request declared = request();
      declared.headers.push_back({"X-Amz-Content-Sha256", hash});
      std::vector<std::string> names = kAll;
      if (isSigned) names.insert(names.begin() + 1, "x-amz-content-sha256");
      signer_.sign(declared, names, now_);
      if (hash == right) {
        EXPECT_NO_THROW(verify(declared));
      } else {
        expectRefused(declared, ErrorCode::kInvalidSignature, "'x-amz-content-sha256'");
      }
    }
  }
}

TEST_F(SigV4Test, RefusesAnotherSecretInTheWordsOfAws) {
  http::Request forged = request();
  const SecretBytes guess(asBytes("0123456789012345678901234567890123456789"));
  Signer{id_, guess, {"us-east-1", "kms"}}.sign(forged, kAll, now_);
  expectRefused(forged, ErrorCode::kInvalidSignature, kWrongSignature);
}

TEST_F(SigV4Test, RefusesAnUnknownAccessKeyEvenWhenItGuessesTheStandIn) {
  for (const std::string& unknown :
       {std::string("SRAKAAAAAAAAAAAAAAAA"), std::string("AKIDEXAMPLE")}) {
    http::Request forged = request();
    const SecretBytes standIn(40);
    Signer{unknown, standIn, {"us-east-1", "kms"}}.sign(forged, kAll, now_);
    expectRefused(forged, ErrorCode::kUnrecognizedClient, kUnknownClient);
  }
}

TEST_F(SigV4Test, RefusesARemovedIdentityAtOnce) {
  const http::Request signedOne = signedRequest();
  EXPECT_NO_THROW(verify(signedOne));
  ASSERT_TRUE(store_->removeIdentity(id_));
  expectRefused(signedOne, ErrorCode::kUnrecognizedClient, kUnknownClient);
}

TEST_F(SigV4Test, DerivesTheSecretInTheTokenOnceForManyRequests) {
  const std::uint64_t before = hsm_.calls("C_Sign");
  for (int i = 0; i < 10; ++i) verify(signedRequest());
  EXPECT_EQ(hsm_.calls("C_Sign"), before + 1);
}

}  // namespace
}  // namespace strongroom::auth
