#include "service/operations/encrypt.h"

#include "service/operations/decrypt.h"
#include "tests/support/kms_fixture.h"

namespace strongroom::operations {
namespace {

using testing::KmsTest;
using testing::Refusal;

class EncryptTest : public KmsTest {
 protected:
  static EncryptRequest requestFor(const std::string& keyId, std::string_view plaintext = "text") {
    EncryptRequest request;
    request.keyId = keyId;
    request.plaintext = SecretBytes(asBytes(plaintext));
    return request;
  }

  std::string decrypted(const Bytes& ciphertext, const keys::EncryptionContext& context = {}) {
    DecryptRequest request;
    request.ciphertext = SecretBytes(ciphertext);
    request.encryptionContext = context;
    return std::string(asText(decrypt(call(), request).plaintext.expose()));
  }
};

TEST_F(EncryptTest, MakesWhatDecryptOpens) {
  const KeyId key = newKey();
  for (const std::size_t size : {1UL, 15UL, 16UL, 4096UL}) {
    const std::string text(size, 'x');
    const EncryptResponse response = encrypt(call(), requestFor(arn(key), text));
    EXPECT_EQ(response.keyArn, arn(key));
    EXPECT_EQ(decrypted(response.ciphertext), text);
  }
}

TEST_F(EncryptTest, HidesThePlaintext) {
  const std::string text(64, 'x');
  const Bytes ciphertext = encrypt(call(), requestFor(arn(newKey()), text)).ciphertext;
  EXPECT_EQ(asText(ciphertext).find(text.substr(0, 8)), std::string_view::npos);
}

TEST_F(EncryptTest, MakesAnotherCiphertextEachTime) {
  const KeyId key = newKey();
  EXPECT_NE(encrypt(call(), requestFor(arn(key))).ciphertext,
            encrypt(call(), requestFor(arn(key))).ciphertext);
}

TEST_F(EncryptTest, KnowsAKeyByEachOfItsNamesAndAnswersWithItsArn) {
  const KeyId key = newKey();
  addAlias("alias/one", key);
  for (const std::string& name : {key.toString(), arn(key), std::string("alias/one"),
                                  std::string("arn:aws:kms:us-east-1:000000000000:alias/one")}) {
    EXPECT_EQ(encrypt(call(), requestFor(name)).keyArn, arn(key));
  }
}

TEST_F(EncryptTest, BindsTheCiphertextToTheContext) {
  EncryptRequest request = requestFor(arn(newKey()));
  request.encryptionContext = {{"bucket", "photos"}};
  const Bytes ciphertext = encrypt(call(), request).ciphertext;
  EXPECT_EQ(decrypted(ciphertext, {{"bucket", "photos"}}), "text");
  EXPECT_EQ(refusalOf([&] { decrypted(ciphertext); }),
            (Refusal{ErrorCode::kInvalidCiphertext, ""}));
}

TEST_F(EncryptTest, TakesAContextOf8192BytesAndNoMore) {
  EncryptRequest request = requestFor(arn(newKey()));
  request.encryptionContext = {{"12345678", std::string(8184, 'c')}};
  const Bytes ciphertext = encrypt(call(), request).ciphertext;
  EXPECT_EQ(decrypted(ciphertext, request.encryptionContext), "text");
  request.encryptionContext["12345678"] += 'c';
  EXPECT_EQ(refusalOf([&] { encrypt(call(), request); }),
            (Refusal{ErrorCode::kValidation, "The encryption context is larger than 8192 bytes."}));
}

TEST_F(EncryptTest, RefusesKeysThatAreNotEnabled) {
  const KeyId key = newKey();
  setState(key, keys::KeyState::kDisabled);
  EXPECT_EQ(refusalOf([&] { encrypt(call(), requestFor(arn(key))); }),
            (Refusal{ErrorCode::kDisabled, arn(key) + " is disabled."}));
  setState(key, keys::KeyState::kPendingDeletion);
  EXPECT_EQ(refusalOf([&] { encrypt(call(), requestFor(arn(key))); }),
            (Refusal{ErrorCode::kInvalidState, arn(key) + " is pending deletion."}));
}

TEST_F(EncryptTest, RefusesWhatNamesNoKeyAndHasNoInvalidArn) {
  EXPECT_EQ(refusalOf([&] { encrypt(call(), requestFor(unknownKey().toString())); }),
            (Refusal{ErrorCode::kNotFound, "Key '" + arn(unknownKey()) + "' does not exist"}));
  EXPECT_EQ(refusalOf([&] { encrypt(call(), requestFor("arn:aws:kms")); }),
            (Refusal{ErrorCode::kNotFound, "Invalid arn arn:aws:kms"}));
}

TEST_F(EncryptTest, RehearsesWithoutAnHsmCall) {
  const KeyId key = newKey();
  EncryptRequest request = requestFor(arn(key));
  request.dryRun = true;
  EXPECT_EQ(hsmCallsDuring([&] {
              EXPECT_EQ(refusalOf([&] { encrypt(call(), request); }),
                        (Refusal{ErrorCode::kDryRun,
                                 "The request would have succeeded, but the DryRun option is "
                                 "set."}));
            }),
            0U);
  setState(key, keys::KeyState::kDisabled);
  EXPECT_EQ(refusalOf([&] { encrypt(call(), request); }).code, ErrorCode::kDisabled);
}

TEST_F(EncryptTest, UsesTheNewestVersion) {
  const KeyId key = newKey();
  const Bytes old = encrypt(call(), requestFor(arn(key), "old")).ciphertext;
  lifecycle_.rotateKey(key, keys::RotationType::kOnDemand, call().deadline);
  const Bytes fresh = encrypt(call(), requestFor(arn(key), "new")).ciphertext;
  EXPECT_EQ(keys::parseCiphertext(fresh)->parts.ref, (KeyRef{key, 2}));
  EXPECT_EQ(decrypted(old), "old");
  EXPECT_EQ(decrypted(fresh), "new");
}

}  // namespace
}  // namespace strongroom::operations
