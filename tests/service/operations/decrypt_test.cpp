#include "service/operations/decrypt.h"

#include <array>

#include "service/operations/encrypt.h"
#include "service/operations/generate_data_key.h"
#include "tests/support/kms_fixture.h"

namespace strongroom::operations {
namespace {

using testing::KmsTest;
using testing::Refusal;

class DecryptTest : public KmsTest {
 protected:
  const keys::EncryptionContext kPhotos{{"bucket", "photos"}, {"object", "1"}};

  DecryptTest() : key_(newKey()) {}

  GenerateDataKeyResponse dataKey(const KeyId& key) {
    GenerateDataKeyRequest request;
    request.keyId = key.toString();
    request.keySpec = DataKeySpec::kAes256;
    request.encryptionContext = kPhotos;
    return generateDataKey(call(), request);
  }

  Bytes message(const KeyId& key) {
    EncryptRequest request;
    request.keyId = key.toString();
    request.plaintext = SecretBytes(asBytes("a message of some length"));
    request.encryptionContext = kPhotos;
    return encrypt(call(), request).ciphertext;
  }

  DecryptRequest requestFor(ByteView ciphertext) const {
    DecryptRequest request;
    request.ciphertext = SecretBytes(ciphertext);
    request.encryptionContext = kPhotos;
    return request;
  }

  /// Every blob is refused in the same words and at no cost to the token.
  void expectInvalid(const DecryptRequest& request) {
    EXPECT_EQ(hsmCallsDuring([&] {
                EXPECT_EQ(refusalOf([&] { decrypt(call(), request); }),
                          (Refusal{ErrorCode::kInvalidCiphertext, ""}));
              }),
              0U);
  }

  const KeyId key_;
};

TEST_F(DecryptTest, OpensADataKeyWithOneUnwrap) {
  const GenerateDataKeyResponse made = dataKey(key_);
  const std::uint64_t unwraps = hsm_.calls("C_UnwrapKey");
  const DecryptResponse opened = decrypt(call(), requestFor(made.ciphertext));
  EXPECT_TRUE(opened.plaintext == made.plaintext);
  EXPECT_EQ(opened.keyArn, arn(key_));
  EXPECT_EQ(opened.keyMaterialId, keys::keyMaterialId({key_, 1}));
  EXPECT_EQ(hsm_.calls("C_UnwrapKey"), unwraps + 1);
}

TEST_F(DecryptTest, TakesTheRightKeyByEachOfItsNames) {
  addAlias("alias/one", key_);
  DecryptRequest request = requestFor(message(key_));
  for (const std::string& name : {key_.toString(), arn(key_), std::string("alias/one"),
                                  std::string("arn:aws:kms:us-east-1:000000000000:alias/one")}) {
    request.keyId = name;
    EXPECT_EQ(asText(decrypt(call(), request).plaintext.expose()), "a message of some length");
  }
}

TEST_F(DecryptTest, RefusesAnotherKeyThanTheCallerExpects) {
  addAlias("alias/other", newKey());
  DecryptRequest request = requestFor(message(key_));
  request.keyId = "alias/other";
  EXPECT_EQ(refusalOf([&] { decrypt(call(), request); }),
            (Refusal{ErrorCode::kIncorrectKey,
                     "The key ID in the request does not identify a CMK that can perform this "
                     "operation."}));
}

TEST_F(DecryptTest, RefusesAnExpectedKeyThatIsNotThere) {
  DecryptRequest request = requestFor(message(key_));
  request.keyId = unknownKey().toString();
  EXPECT_EQ(refusalOf([&] { decrypt(call(), request); }),
            (Refusal{ErrorCode::kNotFound, "Key '" + arn(unknownKey()) + "' does not exist"}));
}

TEST_F(DecryptTest, RefusesEveryOtherContextWithoutTheToken) {
  for (const Bytes& blob : {dataKey(key_).ciphertext, message(key_)}) {
    DecryptRequest request = requestFor(blob);
    const keys::EncryptionContext others[] = {
        {},
        {{"bucket", "photos"}},
        {{"bucket", "Photos"}, {"object", "1"}},
        {{"Bucket", "photos"}, {"object", "1"}},
        {{"bucket", "photos"}, {"object", "1"}, {"more", ""}},
        {{"bucketp", "hotos"}, {"object", "1"}},
        {{"bucket", "photosobject1"}},
    };
    for (const keys::EncryptionContext& other : others) {
      request.encryptionContext = other;
      expectInvalid(request);
    }
  }
}

TEST_F(DecryptTest, RefusesEveryFlippedBitWithoutTheToken) {
  for (const Bytes& good : {dataKey(key_).ciphertext, message(key_)}) {
    for (std::size_t i = 0; i < good.size(); ++i) {
      Bytes bad = good;
      bad[i] ^= std::byte{static_cast<unsigned char>(1U << i % 8)};
      SCOPED_TRACE("byte " + std::to_string(i));
      expectInvalid(requestFor(bad));
    }
  }
}

TEST_F(DecryptTest, RefusesEveryTruncationAndWhatHasMoreWithoutTheToken) {
  const Bytes good = dataKey(key_).ciphertext;
  for (std::size_t size = 0; size < good.size(); ++size) {
    expectInvalid(requestFor(ByteView(good).first(size)));
  }
  Bytes longer = good;
  longer.push_back(std::byte{0});
  expectInvalid(requestFor(longer));
}

TEST_F(DecryptTest, RefusesForeignBlobsWithoutTheToken) {
  expectInvalid(requestFor(Bytes(1)));
  expectInvalid(requestFor(Bytes(6144, std::byte{1})));
  expectInvalid(requestFor(asBytes("\x01\x02\x02\x00xAWS's own ciphertexts look like this....")));
}

TEST_F(DecryptTest, RefusesVersionsThatNeverWereWithoutTheToken) {
  const Bytes good = dataKey(key_).ciphertext;
  for (const auto version : std::to_array<unsigned char>({0, 2, 3, 255})) {
    Bytes bad = good;
    bad[21] = std::byte{version};  // the last byte of the version number
    expectInvalid(requestFor(bad));
  }
  Bytes huge = good;
  for (std::size_t i = 18; i < 22; ++i) huge[i] = std::byte{0xff};
  expectInvalid(requestFor(huge));
}

TEST_F(DecryptTest, RefusesAnotherVersionsNumberOnceThatVersionExists) {
  const Bytes first = dataKey(key_).ciphertext;
  lifecycle_.rotateKey(key_, keys::RotationType::kOnDemand, call().deadline);
  dataKey(key_);  // so that the subkey of version 2 is there
  Bytes relabelled = first;
  relabelled[21] = std::byte{2};
  expectInvalid(requestFor(relabelled));
}

TEST_F(DecryptTest, RefusesAnotherKeysBlobUnderThisKeysId) {
  const Bytes ours = dataKey(key_).ciphertext;
  Bytes theirs = dataKey(newKey()).ciphertext;
  std::copy_n(ours.begin() + 2, 16, theirs.begin() + 2);
  expectInvalid(requestFor(theirs));
}

TEST_F(DecryptTest, RefusesTheBlobsOfADestroyedKeyLikeGarbage) {
  const Bytes blob = dataKey(key_).ciphertext;
  setState(key_, keys::KeyState::kPendingDeletion);
  clock_.advance(std::chrono::days(7));
  ASSERT_EQ(lifecycle_.destroyDueKeys(call().deadline), 1U);
  expectInvalid(requestFor(blob));
}

TEST_F(DecryptTest, DerivesASubkeyOnceAfterARestartHoweverManyBlobsAreBad) {
  Bytes bad = dataKey(key_).ciphertext;
  bad.back() ^= std::byte{1};
  keys::BindingKeys bindings(tokens_);
  keys::Envelope envelope(tokens_, bindings);
  Kms restarted{account_, *store_, tokens_, envelope, lifecycle_, clock_};
  const Context context{restarted, principal_, requestId_, call().deadline};
  const auto tryOnce = [&] { EXPECT_THROW(decrypt(context, requestFor(bad)), Error); };
  EXPECT_EQ(hsmCallsDuring(tryOnce), 2U) << "C_SignInit and C_Sign";
  EXPECT_EQ(hsmCallsDuring(tryOnce), 0U);
}

TEST_F(DecryptTest, OpensWhatEveryVersionMade) {
  std::vector<Bytes> blobs;
  for (std::uint32_t version = 1; version <= 4; ++version) {
    blobs.push_back(message(key_));
    lifecycle_.rotateKey(key_, keys::RotationType::kOnDemand, call().deadline);
  }
  std::uint32_t version = 0;
  for (const Bytes& blob : blobs) {
    EXPECT_EQ(decrypt(call(), requestFor(blob)).keyMaterialId,
              keys::keyMaterialId({key_, ++version}));
  }
}

TEST_F(DecryptTest, RefusesKeysThatAreNotEnabledWithoutTheToken) {
  const DecryptRequest request = requestFor(dataKey(key_).ciphertext);
  EXPECT_EQ(hsmCallsDuring([&] {
              setState(key_, keys::KeyState::kDisabled);
              EXPECT_EQ(refusalOf([&] { decrypt(call(), request); }),
                        (Refusal{ErrorCode::kDisabled, arn(key_) + " is disabled."}));
              setState(key_, keys::KeyState::kPendingDeletion);
              EXPECT_EQ(refusalOf([&] { decrypt(call(), request); }),
                        (Refusal{ErrorCode::kInvalidState, arn(key_) + " is pending deletion."}));
            }),
            0U);
}

TEST_F(DecryptTest, RehearsesWithoutAnUnwrap) {
  DecryptRequest request = requestFor(dataKey(key_).ciphertext);
  request.dryRun = true;
  EXPECT_EQ(hsmCallsDuring([&] {
              EXPECT_EQ(refusalOf([&] { decrypt(call(), request); }).code, ErrorCode::kDryRun);
            }),
            0U);
  request.encryptionContext.clear();
  expectInvalid(request);
}

TEST_F(DecryptTest, RefusesAHugeContextBeforeItHashesIt) {
  DecryptRequest request = requestFor(dataKey(key_).ciphertext);
  request.encryptionContext = {{"a", std::string(8192, 'c')}};
  EXPECT_EQ(refusalOf([&] { decrypt(call(), request); }),
            (Refusal{ErrorCode::kValidation, "The encryption context is larger than 8192 bytes."}));
}

TEST_F(DecryptTest, PassesOnWhatTheTokenReports) {
  const DecryptRequest request = requestFor(dataKey(key_).ciphertext);
  hsm_.failNext(hsm::Error(hsm::ErrorCode::kBusy, "no session"));
  EXPECT_THROW(decrypt(call(), request), hsm::Error);
  EXPECT_EQ(decrypt(call(), request).plaintext.size(), 32U);
}

}  // namespace
}  // namespace strongroom::operations
