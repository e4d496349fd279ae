#include "service/auth/authorization_header.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "service/auth/error.h"

namespace strongroom::auth {
namespace {

using ::testing::ElementsAre;

const std::string kSignature(64, 'a');
const std::string kCredential =
    "Credential=SRAKABCDEFGHIJKLMNOP/20150830/us-east-1/kms/aws4_request";
const std::string kNames = "SignedHeaders=host;x-amz-date";

TEST(AuthorizationHeaderTest, ParsesWhatSdksSend) {
  const auto header = AuthorizationHeader::parse("AWS4-HMAC-SHA256 " + kCredential + ", " + kNames +
                                                 ", Signature=" + kSignature);
  EXPECT_EQ(header.credential.accessKeyId, "SRAKABCDEFGHIJKLMNOP");
  EXPECT_EQ(header.credential.toString(), "20150830/us-east-1/kms/aws4_request");
  EXPECT_THAT(header.signedHeaders, ElementsAre("host", "x-amz-date"));
  EXPECT_EQ(header.signature, kSignature);
  EXPECT_TRUE(header.isSigned("host"));
  EXPECT_FALSE(header.isSigned("Host"));
  EXPECT_FALSE(header.isSigned("date"));
}

TEST(AuthorizationHeaderTest, TakesParametersInAnyOrderWithAnySpacing) {
  EXPECT_NO_THROW(AuthorizationHeader::parse("AWS4-HMAC-SHA256  Signature=" + kSignature + "," +
                                             kNames + " ,\t" + kCredential));
}

class RefusedAuthorizationTest : public ::testing::TestWithParam<std::string> {};

TEST_P(RefusedAuthorizationTest, IsIncomplete) {
  try {
    AuthorizationHeader::parse(GetParam());
    FAIL() << "accepted: " << GetParam();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kIncompleteSignature);
  }
}

std::string header(const std::string& credential, const std::string& names,
                   const std::string& signature) {
  return "AWS4-HMAC-SHA256 " + credential + ", " + names + ", Signature=" + signature;
}

INSTANTIATE_TEST_SUITE_P(
    Headers, RefusedAuthorizationTest,
    ::testing::Values(
        "", " ", "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA256 ", "Bearer abc", "Basic QTpC",
        "aws4-hmac-sha256 " + kCredential + ", " + kNames + ", Signature=" + kSignature,
        "AWS4-HMAC-SHA1 " + kCredential + ", " + kNames + ", Signature=" + kSignature,
        "AWS4-ECDSA-P256-SHA256 " + kCredential + ", " + kNames + ", Signature=" + kSignature,
        " AWS4-HMAC-SHA256 " + kCredential + ", " + kNames + ", Signature=" + kSignature,
        "AWS4-HMAC-SHA256\t" + kCredential + ", " + kNames + ", Signature=" + kSignature,
        // a parameter missing, repeated, unknown or empty
        "AWS4-HMAC-SHA256 " + kCredential + ", " + kNames,
        "AWS4-HMAC-SHA256 " + kCredential + ", Signature=" + kSignature,
        "AWS4-HMAC-SHA256 " + kNames + ", Signature=" + kSignature,
        header(kCredential + ", " + kCredential, kNames, kSignature),
        header(kCredential, kNames + ", " + kNames, kSignature),
        header(kCredential, kNames, kSignature + ", Signature=" + kSignature),
        header(kCredential, kNames, kSignature + ", Extra=1"),
        header(kCredential, kNames, kSignature + ","),
        header("credential=a/b/c/d/e", kNames, kSignature),
        header("Credential", kNames, kSignature),
        // signatures: 63, 65 digits, capitals, no hexadecimal
        header(kCredential, kNames, kSignature.substr(1)),
        header(kCredential, kNames, kSignature + "a"),
        header(kCredential, kNames, std::string(64, 'A')),
        header(kCredential, kNames, std::string(63, 'a') + "g"), header(kCredential, kNames, ""),
        // credentials: four and six parts, an empty one, bytes that do not belong there
        header("Credential=a/b/c/d", kNames, kSignature),
        header("Credential=a/b/c/d/e/f", kNames, kSignature),
        header("Credential=/b/c/d/e", kNames, kSignature),
        header("Credential=a/b//d/e", kNames, kSignature),
        header("Credential=a/b/c\xff/d/e", kNames, kSignature),
        header("Credential=a/b/c d/d/e", kNames, kSignature),
        // lists: empty, capitals, out of order, repeated, ending in a separator, injected lines
        header(kCredential, "SignedHeaders=", kSignature),
        header(kCredential, "SignedHeaders=Host", kSignature),
        header(kCredential, "SignedHeaders=x-amz-date;host", kSignature),
        header(kCredential, "SignedHeaders=host;host", kSignature),
        header(kCredential, "SignedHeaders=host;", kSignature),
        header(kCredential, "SignedHeaders=;host", kSignature),
        header(kCredential, "SignedHeaders=host:a\nx-amz-date", kSignature)));

TEST(AuthorizationHeaderTest, NamesEveryMissingParameterInTheWordsOfAws) {
  try {
    AuthorizationHeader::parse("AWS4-HMAC-SHA256");
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "Authorization header requires 'Credential' parameter. Authorization header "
                 "requires 'Signature' "
                 "parameter. Authorization header requires 'SignedHeaders' parameter.");
  }
}

}  // namespace
}  // namespace strongroom::auth
