// The exact bytes of answers, so that no change of the wire goes unseen.

#include <rapidjson/document.h>

#include "tests/service/api/aws/endpoint_fixture.h"

namespace strongroom::api::aws {
namespace {

const std::string kId = "1234abcd-12ab-34cd-56ef-1234567890ab";
const std::string kArn = "arn:aws:kms:us-east-1:000000000000:key/" + kId;
const std::string kKey = R"({"KeyId":")" + kId + R"(")";

class GoldenTest : public EndpointTest {
 protected:
  GoldenTest() {
    clock_.advance(std::chrono::milliseconds(123));
    makeKnownKey();
  }

  std::string answer(const std::string& operation, const std::string& body) {
    const http::Response response = post(operation, body);
    EXPECT_EQ(response.status, 200) << textOf(response);
    return textOf(response);
  }

  std::string materialId(std::uint32_t version) const {
    return keys::keyMaterialId({unknownKey(), version});
  }

  std::string metadata(const std::string& description, const std::string& state) const {
    const bool enabled = state == "Enabled";
    const std::string deletion =
        state == "PendingDeletion" ? R"("DeletionDate":1700604800.123,)" : "";
    return R"({"KeyMetadata":{"AWSAccountId":"000000000000","KeyId":")" + kId + R"(","Arn":")" +
           kArn + R"(","CreationDate":1700000000.123,"Enabled":)" + (enabled ? "true" : "false") +
           R"(,"Description":")" + description + R"(","KeyUsage":"ENCRYPT_DECRYPT","KeyState":")" +
           state + R"(",)" + deletion +
           R"("Origin":"AWS_KMS","KeyManager":"CUSTOMER","CustomerMasterKeySpec":)"
           R"("SYMMETRIC_DEFAULT","KeySpec":"SYMMETRIC_DEFAULT","EncryptionAlgorithms":)"
           R"(["SYMMETRIC_DEFAULT"],"MultiRegion":false,"CurrentKeyMaterialId":")" +
           materialId(1) + R"("}})";
  }

  /// The member of an answer, which is a text.
  static std::string member(const std::string& answer, const char* name) {
    rapidjson::Document document;
    document.Parse(answer.c_str());
    return document[name].GetString();
  }
};

TEST_F(GoldenTest, DescribeKeyInEveryState) {
  EXPECT_EQ(answer("DescribeKey", kKey + "}"), metadata("", "Enabled"));
  answer("UpdateKeyDescription", kKey + R"(,"Description":"photos"})");
  answer("DisableKey", kKey + "}");
  EXPECT_EQ(answer("DescribeKey", kKey + "}"), metadata("photos", "Disabled"));
  EXPECT_EQ(answer("ScheduleKeyDeletion", kKey + R"(,"PendingWindowInDays":7})"),
            R"({"KeyId":")" + kArn +
                R"(","DeletionDate":1700604800.123,"KeyState":"PendingDeletion",)"
                R"("PendingWindowInDays":7})");
  EXPECT_EQ(answer("DescribeKey", kKey + "}"), metadata("photos", "PendingDeletion"));
  EXPECT_EQ(answer("CancelKeyDeletion", kKey + "}"), R"({"KeyId":")" + kArn + R"("})");
}

TEST_F(GoldenTest, CreateKeyAnswersLikeDescribeKey) {
  const std::string made = answer("CreateKey", R"({"Description":"x","Tags":[]})");
  rapidjson::Document document;
  document.Parse(made.c_str());
  const std::string id = document["KeyMetadata"]["KeyId"].GetString();
  EXPECT_EQ(made, answer("DescribeKey", R"({"KeyId":")" + id + R"("})"));
}

TEST_F(GoldenTest, ListKeysAndItsPages) {
  EXPECT_EQ(answer("ListKeys", "{}"), R"({"Keys":[{"KeyId":")" + kId + R"(","KeyArn":")" + kArn +
                                          R"("}],"Truncated":false})");
  newKey();
  const std::string first = answer("ListKeys", R"({"Limit":1})");
  EXPECT_NE(first.find(R"("}],"Truncated":true,"NextMarker":")"), std::string::npos) << first;
  const std::string second =
      answer("ListKeys", R"({"Limit":1,"Marker":")" + member(first, "NextMarker") + R"("})");
  EXPECT_NE(second.find(R"("}],"Truncated":false})"), std::string::npos) << second;
}

TEST_F(GoldenTest, ListAliases) {
  answer("CreateAlias", R"({"AliasName":"alias/one","TargetKeyId":")" + kId + R"("})");
  clock_.advance(std::chrono::seconds(1));
  answer("UpdateAlias", R"({"AliasName":"alias/one","TargetKeyId":")" + kArn + R"("})");
  EXPECT_EQ(answer("ListAliases", "{}"),
            R"({"Aliases":[{"AliasName":"alias/one","AliasArn":)"
            R"("arn:aws:kms:us-east-1:000000000000:alias/one","TargetKeyId":")" +
                kId +
                R"(","CreationDate":1700000000.123,"LastUpdatedDate":1700000001.123}],)"
                R"("Truncated":false})");
}

TEST_F(GoldenTest, ListResourceTags) {
  answer("TagResource", kKey + R"(,"Tags":[{"TagKey":"b","TagValue":"2"},)"
                               R"({"TagKey":"a","TagValue":""}]})");
  EXPECT_EQ(answer("ListResourceTags", kKey + R"(,"Limit":1})"),
            R"({"Tags":[{"TagKey":"a","TagValue":""}],"Truncated":true,"NextMarker":"1"})");
  EXPECT_EQ(answer("ListResourceTags", kKey + R"(,"Limit":1,"Marker":"1"})"),
            R"({"Tags":[{"TagKey":"b","TagValue":"2"}],"Truncated":false})");
}

TEST_F(GoldenTest, KeyPolicies) {
  EXPECT_EQ(answer("GetKeyPolicy", kKey + R"(,"PolicyName":"default"})"),
            R"({"Policy":"{\"Statement\":[]}","PolicyName":"default"})");
  EXPECT_EQ(answer("ListKeyPolicies", kKey + "}"),
            R"({"PolicyNames":["default"],"Truncated":false})");
}

TEST_F(GoldenTest, Rotation) {
  const std::string status = R"("KeyId":")" + kArn + R"(")";
  EXPECT_EQ(answer("GetKeyRotationStatus", kKey + "}"),
            R"({"KeyRotationEnabled":false,)" + status + "}");
  answer("EnableKeyRotation", kKey + R"(,"RotationPeriodInDays":90})");
  EXPECT_EQ(answer("GetKeyRotationStatus", kKey + "}"),
            R"({"KeyRotationEnabled":true,)" + status +
                R"(,"RotationPeriodInDays":90,"NextRotationDate":1707776000.123})");
  EXPECT_EQ(answer("RotateKeyOnDemand", kKey + "}"), "{" + status + "}");
  EXPECT_EQ(answer("ListKeyRotations", kKey + "}"),
            R"({"Rotations":[{)" + status + R"(,"KeyMaterialId":")" + materialId(2) +
                R"(","KeyMaterialState":"CURRENT","RotationDate":1700000000.123,)"
                R"("RotationType":"ON_DEMAND"}],"Truncated":false})");
  EXPECT_EQ(
      answer("ListKeyRotations", kKey + R"(,"IncludeKeyMaterial":"ALL_KEY_MATERIAL","Limit":1})"),
      R"({"Rotations":[{)" + status + R"(,"KeyMaterialId":")" + materialId(1) +
          R"(","KeyMaterialState":"NON_CURRENT"}],"Truncated":true,"NextMarker":"1"})");
}

TEST_F(GoldenTest, EncryptDecryptAndReEncrypt) {
  const std::string encrypted =
      answer("Encrypt", kKey + R"(,"Plaintext":"dGV4dA==","EncryptionContext":{"a":"b"}})");
  const std::string blob = member(encrypted, "CiphertextBlob");
  EXPECT_EQ(encrypted, R"({"CiphertextBlob":")" + blob + R"(","KeyId":")" + kArn +
                           R"(","EncryptionAlgorithm":"SYMMETRIC_DEFAULT"})");
  EXPECT_EQ(
      answer("Decrypt", R"({"EncryptionContext":{"a":"b"},"CiphertextBlob":")" + blob + R"("})"),
      R"({"KeyId":")" + kArn +
          R"(","Plaintext":"dGV4dA==","EncryptionAlgorithm":"SYMMETRIC_DEFAULT",)"
          R"("KeyMaterialId":")" +
          materialId(1) + R"("})");
  const std::string moved =
      answer("ReEncrypt", R"({"SourceEncryptionContext":{"a":"b"},"DestinationKeyId":")" + kId +
                              R"(","CiphertextBlob":")" + blob + R"("})");
  EXPECT_EQ(moved, R"({"CiphertextBlob":")" + member(moved, "CiphertextBlob") +
                       R"(","SourceKeyId":")" + kArn + R"(","KeyId":")" + kArn +
                       R"(","SourceEncryptionAlgorithm":"SYMMETRIC_DEFAULT",)"
                       R"("DestinationEncryptionAlgorithm":"SYMMETRIC_DEFAULT",)"
                       R"("SourceKeyMaterialId":")" +
                       materialId(1) + R"(","DestinationKeyMaterialId":")" + materialId(1) +
                       R"("})");
}

TEST_F(GoldenTest, GenerateDataKeyWithAndWithoutPlaintext) {
  const std::string made = answer("GenerateDataKey", kKey + R"(,"KeySpec":"AES_128"})");
  const std::string blob = member(made, "CiphertextBlob");
  const std::string plaintext = member(made, "Plaintext");
  EXPECT_EQ(plaintext.size(), 24U);
  const std::string tail =
      R"("KeyId":")" + kArn + R"(","KeyMaterialId":")" + materialId(1) + R"("})";
  EXPECT_EQ(made,
            R"({"CiphertextBlob":")" + blob + R"(","Plaintext":")" + plaintext + R"(",)" + tail);
  const std::string without =
      answer("GenerateDataKeyWithoutPlaintext", kKey + R"(,"NumberOfBytes":1})");
  EXPECT_EQ(without, R"({"CiphertextBlob":")" + member(without, "CiphertextBlob") + R"(",)" + tail);
}

TEST_F(GoldenTest, GenerateRandom) {
  const std::string made = answer("GenerateRandom", R"({"NumberOfBytes":3})");
  EXPECT_EQ(made.size(), std::string(R"({"Plaintext":"AAAA"})").size()) << made;
  EXPECT_EQ(textOf(post("GenerateRandom", "{}")),
            R"({"__type":"ValidationException","message":"NumberOfBytes is required."})");
}

TEST_F(GoldenTest, OperationsWithoutOutputHaveNoBody) {
  for (const auto& [operation, body] : std::initializer_list<std::pair<const char*, std::string>>{
           {"CreateAlias", R"({"AliasName":"alias/one","TargetKeyId":")" + kId + R"("})"},
           {"UpdateAlias", R"({"AliasName":"alias/one","TargetKeyId":")" + kId + R"("})"},
           {"DeleteAlias", R"({"AliasName":"alias/one"})"},
           {"TagResource", kKey + R"(,"Tags":[]})"},
           {"UntagResource", kKey + R"(,"TagKeys":[]})"},
           {"UpdateKeyDescription", kKey + R"(,"Description":""})"},
           {"PutKeyPolicy", kKey + R"(,"Policy":"{\"Statement\":[]}"})"},
           {"EnableKeyRotation", kKey + "}"},
           {"DisableKeyRotation", kKey + "}"},
           {"DisableKey", kKey + "}"},
           {"EnableKey", kKey + "}"}}) {
    EXPECT_EQ(answer(operation, body), "") << operation;
  }
}

}  // namespace
}  // namespace strongroom::api::aws
