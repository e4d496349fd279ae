#include "service/operations/generate_data_key.h"

#include "service/operations/decrypt.h"
#include "tests/support/kms_fixture.h"

namespace strongroom::operations {
namespace {

using testing::KmsTest;
using testing::Refusal;

class GenerateDataKeyTest : public KmsTest {
 protected:
  static GenerateDataKeyRequest requestFor(const std::string& keyId) {
    GenerateDataKeyRequest request;
    request.keyId = keyId;
    request.keySpec = DataKeySpec::kAes256;
    return request;
  }

  SecretBytes decrypted(const Bytes& ciphertext, const keys::EncryptionContext& context = {}) {
    DecryptRequest request;
    request.ciphertext = SecretBytes(ciphertext);
    request.encryptionContext = context;
    return decrypt(call(), request).plaintext;
  }

  const KeyId key_ = newKey();
};

TEST_F(GenerateDataKeyTest, MakesKeysOfBothSpecs) {
  GenerateDataKeyRequest request = requestFor(arn(key_));
  EXPECT_EQ(generateDataKey(call(), request).plaintext.size(), 32U);
  request.keySpec = DataKeySpec::kAes128;
  const GenerateDataKeyResponse response = generateDataKey(call(), request);
  EXPECT_EQ(response.plaintext.size(), 16U);
  EXPECT_EQ(response.keyArn, arn(key_));
  EXPECT_EQ(response.keyMaterialId, keys::keyMaterialId({key_, 1}));
}

TEST_F(GenerateDataKeyTest, MakesKeysOfAnyLengthThatDecryptOpens) {
  GenerateDataKeyRequest request = requestFor(arn(key_));
  request.keySpec.reset();
  for (const std::uint32_t bytes : {1U, 8U, 15U, 16U, 17U, 24U, 64U, 1023U, 1024U}) {
    request.numberOfBytes = bytes;
    const GenerateDataKeyResponse response = generateDataKey(call(), request);
    EXPECT_EQ(response.plaintext.size(), bytes);
    EXPECT_TRUE(decrypted(response.ciphertext) == response.plaintext) << bytes;
  }
}

TEST_F(GenerateDataKeyTest, MakesCiphertextsUnder120Bytes) {
  EXPECT_LT(generateDataKey(call(), requestFor(arn(key_))).ciphertext.size(), 120U);
}

TEST_F(GenerateDataKeyTest, WithholdsTheValueWhenNoPlaintextIsWanted) {
  const std::uint64_t reads = hsm_.calls("C_GetAttributeValue");
  const GenerateDataKeyResponse response =
      generateDataKeyWithoutPlaintext(call(), requestFor(arn(key_)));
  EXPECT_TRUE(response.plaintext.empty());
  EXPECT_EQ(hsm_.calls("C_GetAttributeValue"), reads) << "its value left the token";
  EXPECT_EQ(response.keyArn, arn(key_));
  EXPECT_EQ(decrypted(response.ciphertext).size(), 32U);
}

TEST_F(GenerateDataKeyTest, WantsEitherASpecOrALength) {
  GenerateDataKeyRequest request = requestFor(arn(key_));
  const Refusal refusal{ErrorCode::kValidation,
                        "Please specify either number of bytes or key spec."};
  request.numberOfBytes = 32;
  EXPECT_EQ(refusalOf([&] { generateDataKey(call(), request); }), refusal);
  request.keySpec.reset();
  request.numberOfBytes.reset();
  EXPECT_EQ(refusalOf([&] { generateDataKey(call(), request); }), refusal);
  EXPECT_EQ(refusalOf([&] { generateDataKeyWithoutPlaintext(call(), request); }), refusal);
}

TEST_F(GenerateDataKeyTest, BindsTheCiphertextToTheContext) {
  GenerateDataKeyRequest request = requestFor(arn(key_));
  request.encryptionContext = {{"bucket", "photos"}};
  const GenerateDataKeyResponse response = generateDataKey(call(), request);
  EXPECT_TRUE(decrypted(response.ciphertext, {{"bucket", "photos"}}) == response.plaintext);
  EXPECT_EQ(refusalOf([&] { decrypted(response.ciphertext); }),
            (Refusal{ErrorCode::kInvalidCiphertext, ""}));
}

TEST_F(GenerateDataKeyTest, TakesAContextOf8192BytesAndNoMore) {
  GenerateDataKeyRequest request = requestFor(arn(key_));
  request.encryptionContext = {{"a", std::string(8191, 'c')}};
  EXPECT_EQ(generateDataKey(call(), request).plaintext.size(), 32U);
  request.encryptionContext["b"] = "";
  EXPECT_EQ(refusalOf([&] { generateDataKey(call(), request); }),
            (Refusal{ErrorCode::kValidation, "The encryption context is larger than 8192 bytes."}));
}

TEST_F(GenerateDataKeyTest, KnowsAKeyByItsAlias) {
  addAlias("alias/one", key_);
  EXPECT_EQ(generateDataKey(call(), requestFor("alias/one")).keyArn, arn(key_));
}

TEST_F(GenerateDataKeyTest, RefusesKeysThatAreNotEnabled) {
  setState(key_, keys::KeyState::kDisabled);
  EXPECT_EQ(refusalOf([&] { generateDataKey(call(), requestFor(arn(key_))); }),
            (Refusal{ErrorCode::kDisabled, arn(key_) + " is disabled."}));
  setState(key_, keys::KeyState::kPendingDeletion);
  EXPECT_EQ(refusalOf([&] { generateDataKeyWithoutPlaintext(call(), requestFor(arn(key_))); }),
            (Refusal{ErrorCode::kInvalidState, arn(key_) + " is pending deletion."}));
}

TEST_F(GenerateDataKeyTest, RefusesAnUnknownAlias) {
  EXPECT_EQ(refusalOf([&] { generateDataKey(call(), requestFor("alias/none")); }),
            (Refusal{ErrorCode::kNotFound,
                     "Alias arn:aws:kms:us-east-1:000000000000:alias/none is not found."}));
}

TEST_F(GenerateDataKeyTest, RehearsesWithoutAnHsmCall) {
  GenerateDataKeyRequest request = requestFor(arn(key_));
  request.dryRun = true;
  EXPECT_EQ(hsmCallsDuring([&] {
              EXPECT_EQ(refusalOf([&] { generateDataKey(call(), request); }),
                        (Refusal{ErrorCode::kDryRun,
                                 "The request would have succeeded, but the DryRun option is "
                                 "set."}));
            }),
            0U);
}

}  // namespace
}  // namespace strongroom::operations
