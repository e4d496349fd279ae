#include "service/api/aws/endpoint.h"

#include "tests/service/api/aws/endpoint_fixture.h"

namespace strongroom::api::aws {
namespace {

/// The value of the one header of that name; "" when it is not there.
std::string headerOf(const http::Response& response, std::string_view name) {
  std::string value;
  for (const http::Header& header : response.headers) {
    if (!http::equalNames(header.name, name)) continue;
    EXPECT_EQ(value, "") << name << " is there twice";
    value = header.value;
  }
  return value;
}

void expectError(const http::Response& response, const std::string& type, const std::string& body,
                 int status = 400) {
  EXPECT_EQ(response.status, status);
  EXPECT_EQ(response.contentType, "application/x-amz-json-1.1");
  EXPECT_EQ(headerOf(response, "X-Amzn-ErrorType"), type);
  EXPECT_EQ(response.error, type);
  EXPECT_EQ(textOf(response), body);
}

TEST_F(EndpointTest, AnswersAndSaysForTheLogWhoAskedForWhat) {
  const http::Response response = post("ListKeys", "{}");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.contentType, "application/x-amz-json-1.1");
  EXPECT_EQ(textOf(response), R"({"Keys":[],"Truncated":false})");
  EXPECT_EQ(response.operation, "ListKeys");
  EXPECT_EQ(response.caller, administrator_);
  EXPECT_EQ(response.error, "");
  EXPECT_EQ(response.fault, "");
}

TEST_F(EndpointTest, GivesEveryAnswerItsRequestId) {
  EXPECT_EQ(headerOf(post("ListKeys", "{}"), "x-amzn-RequestId"), requestId_);
  EXPECT_EQ(headerOf(post("ListKeys", "["), "x-amzn-RequestId"), requestId_);
  EXPECT_EQ(headerOf(postTo("Nonsense", "{}"), "x-amzn-RequestId"), requestId_);
  http::Request anonymous;
  anonymous.requestId = requestId_;
  EXPECT_EQ(headerOf(handle(anonymous), "x-amzn-RequestId"), requestId_);
}

TEST_F(EndpointTest, SendsNoBodyWhereAwsSendsNone) {
  makeKnownKey();
  const http::Response response =
      post("DisableKey", R"({"KeyId":"1234abcd-12ab-34cd-56ef-1234567890ab"})");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.contentType, "");
  EXPECT_EQ(textOf(response), "");
  EXPECT_EQ(record(unknownKey()).state, keys::KeyState::kDisabled);
}

TEST_F(EndpointTest, RefusesTargetsThatAwsDoesNotKnow) {
  for (const char* target : {"TrentService.Nonsense", "TrentService.", "ListKeys", "",
                             "trentservice.ListKeys", "TrentService.ListKeys.", "S3.ListKeys"}) {
    const http::Response response = postTo(target, "{}");
    expectError(response, "UnknownOperationException", R"({"__type":"UnknownOperationException"})");
    EXPECT_EQ(response.operation, "") << "a caller must not choose what metrics are called";
  }
}

TEST_F(EndpointTest, RefusesOperationsThatItDoesNotServe) {
  const http::Response response = post("CreateGrant", "{}");
  expectError(response, "UnsupportedOperationException",
              R"({"__type":"UnsupportedOperationException",)"
              R"("message":"CreateGrant is not supported by this service."})");
  EXPECT_EQ(response.operation, "CreateGrant");
}

TEST_F(EndpointTest, RefusesABodyThatIsNoStrictJson) {
  expectError(post("ListKeys", R"({"Limit":1,"Limit":2})"), "SerializationException",
              R"({"__type":"SerializationException",)"
              R"("Message":"The request body is not an acceptable JSON object: )"
              R"(a member name occurs twice"})");
  for (const char* body : {"", "[]", "{", "{} {}", "\xff"}) {
    EXPECT_EQ(post("ListKeys", body).error, "SerializationException") << body;
  }
}

TEST_F(EndpointTest, RefusesMembersOfTheWrongType) {
  expectError(post("ListKeys", R"({"Limit":"7"})"), "SerializationException",
              R"({"__type":"SerializationException",)"
              R"("Message":"STRING_VALUE can not be converted to Integer"})");
}

TEST_F(EndpointTest, ReportsViolationsAsAwsDoes) {
  expectError(post("ListKeys", R"({"Limit":0})"), "ValidationException",
              R"({"__type":"ValidationException","message":"1 validation error detected: )"
              R"(Value '0' at 'limit' failed to satisfy constraint: Member must have value )"
              R"(greater than or equal to 1"})");
}

TEST_F(EndpointTest, EscapesWhatItQuotes) {
  expectError(post("DescribeKey", R"({"KeyId":"\"</script>\u0001"})"), "NotFoundException",
              "{\"__type\":\"NotFoundException\",\"message\":\"Invalid keyId "
              "'\\\"</script>\\u0001'\"}");
}

TEST_F(EndpointTest, BelievesNobodyWithoutASignature) {
  http::Request request;
  request.method = "POST";
  request.path = "/";
  request.headers = {{"Host", "127.0.0.1"}, {"X-Amz-Target", "TrentService.ListKeys"}};
  const http::Response response = handle(request);
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(response.error, "MissingAuthenticationTokenException");
  EXPECT_EQ(response.caller, "");
  EXPECT_EQ(response.operation, "") << "nothing is done for a stranger, not even a look-up";
}

TEST_F(EndpointTest, ThrottlesAPrincipalThatHasAsManyInProgressAsItMay) {
  const auth::PrincipalShares::Share share = shares_.enter(administrator_);
  const http::Response response = post("ListKeys", "{}");
  expectError(response, "ThrottlingException",
              R"({"__type":"ThrottlingException","message":"You have exceeded the rate at which )"
              R"(you may call KMS. Reduce the frequency of your calls."})");
  EXPECT_EQ(response.caller, administrator_) << "it has proved to be one";
  const std::string bob = addIdentity("bob", keys::Role::kUser);
  EXPECT_EQ(postAs(bob, "TrentService.ListKeys", "{}").status, 200);
}

TEST_F(EndpointTest, TellsAStrangerNothingOfOperationsAndBodies) {
  for (const char* target : {"TrentService.ListKeys", "TrentService.Nonsense"}) {
    const http::Response response = postAs("SRAKAAAAAAAAAAAAAAAA", target, "not json");
    EXPECT_EQ(response.error, "UnrecognizedClientException");
  }
}

TEST_F(EndpointTest, DeniesUsersWhatChangesKeys) {
  const std::string user = addIdentity("bob", keys::Role::kUser);
  const http::Response response = postAs(user, "TrentService.CreateKey", "{}");
  expectError(
      response, "AccessDeniedException",
      R"({"__type":"AccessDeniedException","Message":"User: )"
      R"(arn:aws:iam::000000000000:user/bob is not authorized to perform: kms:CreateKey on )"
      R"(resource: arn:aws:kms:us-east-1:000000000000:* because no identity-based policy )"
      R"(allows the kms:CreateKey action"})");
  EXPECT_EQ(response.caller, user);
}

TEST_F(EndpointTest, SendsInvalidCiphertextWithoutAText) {
  expectError(post("Decrypt", R"({"CiphertextBlob":"AAAA"})"), "InvalidCiphertextException",
              R"({"__type":"InvalidCiphertextException"})");
}

TEST_F(EndpointTest, KeepsFaultsToItselfAndTheLog) {
  makeKnownKey();
  post("ListKeys", "{}");  // so that the next call to the token is the operation's
  hsm_.failNext(hsm::Error(hsm::ErrorCode::kTokenUnavailable, "C_WrapKey on slot 7", "C_WrapKey"));
  const http::Response response =
      post("GenerateDataKeyWithoutPlaintext",
           R"({"KeyId":"1234abcd-12ab-34cd-56ef-1234567890ab","KeySpec":"AES_256"})");
  expectError(response, "KeyUnavailableException",
              R"({"__type":"KeyUnavailableException","message":"The request was rejected because )"
              R"(the specified KMS key was not available. The request can be retried."})",
              500);
  EXPECT_EQ(response.fault, "token-unavailable: C_WrapKey on slot 7");
}

TEST_F(EndpointTest, SaysBusyWhenTheTokenIs) {
  post("ListKeys", "{}");
  hsm_.failNext(hsm::Error(hsm::ErrorCode::kBusy, "no session"));
  const http::Response response = post("GenerateRandom", R"({"NumberOfBytes":32})");
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.error, "DependencyTimeoutException");
}

TEST_F(EndpointTest, SaysSoWhenTheTokenCannotTellWhoCalls) {
  const std::string user = addIdentity("bob", keys::Role::kUser);
  postAs(user, "TrentService.ListKeys", "{}");
  auth::Credentials fresh(*store_, hsm_, account_);
  const auth::SigV4Verifier verifier({"us-east-1", "kms"}, fresh, clock_);
  const Endpoint restarted(kms_, verifier, shares_);
  http::Request request = signedRequest(user, "TrentService.ListKeys", "{}");
  hsm_.failNext(hsm::Error(hsm::ErrorCode::kTokenUnavailable, "gone"));
  const http::Response response = restarted.handle(request, call().deadline);
  EXPECT_EQ(response.status, 500);
  EXPECT_EQ(response.error, "KeyUnavailableException");
  EXPECT_EQ(response.caller, "");
}

TEST_F(EndpointTest, RefusesWhatItCannotDoAsAskedRatherThanDoingLess) {
  makeKnownKey();
  const std::string key = R"({"KeyId":"1234abcd-12ab-34cd-56ef-1234567890ab",)";
  const auto errorOf = [&](const std::string& operation, const std::string& body) {
    return post(operation, body).error;
  };
  EXPECT_EQ(errorOf("GenerateDataKey", key + R"("KeySpec":"AES_256","Recipient":{}})"),
            "UnsupportedOperationException");
  EXPECT_EQ(errorOf("Decrypt", R"({"CiphertextBlob":"AAAA","Recipient":{}})"),
            "UnsupportedOperationException");
  EXPECT_EQ(errorOf("Decrypt", R"({"DryRun":true,"DryRunModifiers":["IGNORE_CIPHERTEXT"]})"),
            "UnsupportedOperationException");
  EXPECT_EQ(errorOf("GenerateRandom", R"({"NumberOfBytes":1,"CustomKeyStoreId":"cks-1"})"),
            "UnsupportedOperationException");
  EXPECT_EQ(
      errorOf("Encrypt", key + R"("Plaintext":"AA==","EncryptionAlgorithm":"RSAES_OAEP_SHA_1"})"),
      "InvalidKeyUsageException");
  for (const char* body :
       {R"({"KeySpec":"RSA_2048","KeyUsage":"SIGN_VERIFY"})", R"({"KeyUsage":"SIGN_VERIFY"})",
        R"({"CustomerMasterKeySpec":"HMAC_256"})", R"({"Origin":"EXTERNAL"})",
        R"({"MultiRegion":true})", R"({"CustomKeyStoreId":"cks-1"})", R"({"XksKeyId":"x"})"}) {
    EXPECT_EQ(errorOf("CreateKey", body), "UnsupportedOperationException") << body;
  }
  EXPECT_EQ(errorOf("CreateKey", R"({"KeySpec":"AES_256"})"), "ValidationException");
}

TEST_F(EndpointTest, IgnoresMembersThatItDoesNotKnow) {
  EXPECT_EQ(post("ListKeys", R"({"Limit":1,"FromTheFuture":{"a":[1]}})").status, 200);
}

TEST_F(EndpointTest, WordsTheServersOwnRefusals) {
  for (const auto refusal :
       {http::Refusal::kMalformed, http::Refusal::kNotFound, http::Refusal::kMethodNotAllowed,
        http::Refusal::kTooSlow, http::Refusal::kLengthRequired, http::Refusal::kBodyTooLarge,
        http::Refusal::kHeadersTooLarge, http::Refusal::kOverloaded, http::Refusal::kFault}) {
    const http::Response response = Endpoint::refuse(refusal, requestId_);
    EXPECT_EQ(response.status, http::statusOf(refusal));
    EXPECT_EQ(headerOf(response, "x-amzn-RequestId"), requestId_);
    EXPECT_FALSE(response.error.empty());
    EXPECT_TRUE(
        textOf(response).starts_with(R"({"__type":")" + response.error + R"(","message":")"));
  }
}

}  // namespace
}  // namespace strongroom::api::aws
