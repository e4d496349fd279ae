#include "service/operations/re_encrypt.h"

#include "service/operations/decrypt.h"
#include "service/operations/encrypt.h"
#include "service/operations/generate_data_key.h"
#include "tests/support/kms_fixture.h"

namespace strongroom::operations {
namespace {

using testing::KmsTest;
using testing::Refusal;

class ReEncryptTest : public KmsTest {
 protected:
  ReEncryptTest() : source_(newKey()), destination_(newKey()) {}

  ReEncryptRequest request() {
    EncryptRequest original;
    original.keyId = arn(source_);
    original.plaintext = SecretBytes(asBytes("text"));
    original.encryptionContext = {{"a", "1"}};
    ReEncryptRequest request;
    request.ciphertext = SecretBytes(encrypt(call(), original).ciphertext);
    request.sourceEncryptionContext = {{"a", "1"}};
    request.destinationKeyId = arn(destination_);
    request.destinationEncryptionContext = {{"b", "2"}};
    return request;
  }

  DecryptResponse opened(const Bytes& ciphertext, const keys::EncryptionContext& context) {
    DecryptRequest request;
    request.ciphertext = SecretBytes(ciphertext);
    request.encryptionContext = context;
    return decrypt(call(), request);
  }

  const KeyId source_;
  const KeyId destination_;
};

TEST_F(ReEncryptTest, MovesACiphertextToAnotherKeyAndContext) {
  const ReEncryptResponse response = reEncrypt(call(), request());
  EXPECT_EQ(response.sourceKeyArn, arn(source_));
  EXPECT_EQ(response.destinationKeyArn, arn(destination_));
  EXPECT_EQ(response.sourceKeyMaterialId, keys::keyMaterialId({source_, 1}));
  EXPECT_EQ(response.destinationKeyMaterialId, keys::keyMaterialId({destination_, 1}));
  const DecryptResponse moved = opened(response.ciphertext, {{"b", "2"}});
  EXPECT_EQ(asText(moved.plaintext.expose()), "text");
  EXPECT_EQ(moved.keyArn, arn(destination_));
  EXPECT_EQ(refusalOf([&] {
              opened(response.ciphertext, {{"a", "1"}});
            }).code,
            ErrorCode::kInvalidCiphertext);
}

TEST_F(ReEncryptTest, MovesACiphertextToTheNewVersionOfTheSameKey) {
  ReEncryptRequest same = request();
  lifecycle_.rotateKey(source_, keys::RotationType::kOnDemand, call().deadline);
  same.destinationKeyId = source_.toString();
  const ReEncryptResponse response = reEncrypt(call(), same);
  EXPECT_EQ(response.sourceKeyMaterialId, keys::keyMaterialId({source_, 1}));
  EXPECT_EQ(response.destinationKeyMaterialId, keys::keyMaterialId({source_, 2}));
}

TEST_F(ReEncryptTest, TakesDataKeysToo) {
  GenerateDataKeyRequest make;
  make.keyId = arn(source_);
  make.numberOfBytes = 7;
  const GenerateDataKeyResponse dataKey = generateDataKey(call(), make);
  ReEncryptRequest move;
  move.ciphertext = SecretBytes(dataKey.ciphertext);
  move.destinationKeyId = arn(destination_);
  EXPECT_TRUE(opened(reEncrypt(call(), move).ciphertext, {}).plaintext == dataKey.plaintext);
}

TEST_F(ReEncryptTest, TakesAliasesOnBothSides) {
  addAlias("alias/from", source_);
  addAlias("alias/to", destination_);
  ReEncryptRequest named = request();
  named.sourceKeyId = "alias/from";
  named.destinationKeyId = "arn:aws:kms:us-east-1:000000000000:alias/to";
  EXPECT_EQ(reEncrypt(call(), named).destinationKeyArn, arn(destination_));
}

TEST_F(ReEncryptTest, RefusesABadCiphertextWithoutTheToken) {
  ReEncryptRequest bad = request();
  bad.sourceEncryptionContext.clear();
  EXPECT_EQ(hsmCallsDuring([&] {
              EXPECT_EQ(refusalOf([&] { reEncrypt(call(), bad); }),
                        (Refusal{ErrorCode::kInvalidCiphertext, ""}));
            }),
            0U);
}

TEST_F(ReEncryptTest, RefusesAnotherSourceThanTheCallerExpects) {
  ReEncryptRequest other = request();
  other.sourceKeyId = arn(destination_);
  EXPECT_EQ(refusalOf([&] { reEncrypt(call(), other); }).code, ErrorCode::kIncorrectKey);
}

TEST_F(ReEncryptTest, WantsBothKeysEnabled) {
  const ReEncryptRequest move = request();
  for (const KeyId& key : {source_, destination_}) {
    setState(key, keys::KeyState::kDisabled);
    EXPECT_EQ(refusalOf([&] { reEncrypt(call(), move); }),
              (Refusal{ErrorCode::kDisabled, arn(key) + " is disabled."}));
    setState(key, keys::KeyState::kPendingDeletion);
    EXPECT_EQ(refusalOf([&] { reEncrypt(call(), move); }),
              (Refusal{ErrorCode::kInvalidState, arn(key) + " is pending deletion."}));
    setState(key, keys::KeyState::kEnabled);
  }
}

TEST_F(ReEncryptTest, RefusesAnUnknownDestination) {
  ReEncryptRequest move = request();
  move.destinationKeyId = unknownKey().toString();
  EXPECT_EQ(refusalOf([&] { reEncrypt(call(), move); }),
            (Refusal{ErrorCode::kNotFound, "Key '" + arn(unknownKey()) + "' does not exist"}));
}

TEST_F(ReEncryptTest, RefusesHugeContextsOnBothSides) {
  const keys::EncryptionContext huge{{"a", std::string(8192, 'c')}};
  const Refusal refusal{ErrorCode::kValidation,
                        "The encryption context is larger than 8192 bytes."};
  ReEncryptRequest move = request();
  move.sourceEncryptionContext = huge;
  EXPECT_EQ(refusalOf([&] { reEncrypt(call(), move); }), refusal);
  move = request();
  move.destinationEncryptionContext = huge;
  EXPECT_EQ(refusalOf([&] { reEncrypt(call(), move); }), refusal);
}

TEST_F(ReEncryptTest, RehearsesWithoutAnHsmCall) {
  ReEncryptRequest move = request();
  move.dryRun = true;
  EXPECT_EQ(hsmCallsDuring([&] {
              EXPECT_EQ(refusalOf([&] { reEncrypt(call(), move); }).code, ErrorCode::kDryRun);
            }),
            0U);
}

}  // namespace
}  // namespace strongroom::operations
