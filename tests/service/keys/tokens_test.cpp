#include "service/keys/tokens.h"

#include "hsm/error.h"
#include "service/keys/binding_keys.h"
#include "service/keys/envelope.h"
#include "tests/service/keys/two_tokens_fixture.h"
#include "tests/support/hsm_assertions.h"

namespace strongroom::keys {
namespace {

using hsm::ErrorCode;
using testing::codeOf;

const EncryptionContext kContext{{"bucket", "photos"}};

class TokensTest : public TwoTokens {
 protected:
  Bytes dataKey(const KeyRef& ref) {
    return envelope_->generateDataKey(ref, 32, kContext, hsm::Plaintext::kReturn, deadline())
        .ciphertext;
  }
  bool verified(const Bytes& blob) {
    return envelope_->verify(parseCiphertext(blob).value(), kContext, deadline());
  }
  SecretBytes opened(const Bytes& blob) {
    return envelope_->open(parseCiphertext(blob).value(), deadline());
  }
};

TEST_F(TokensTest, NewKeysGoToTheFirstWhereNoneSaysSo) {
  create(1);
  EXPECT_EQ(objectsIn(first_), (std::vector<KeyRef>{{keyId(1), 1}}));
  EXPECT_TRUE(objectsIn(second_).empty());
}

TEST_F(TokensTest, EachKeyIsServedByTheTokenThatHoldsIt) {
  create(1);
  start(NewKeysIn::kSecond);
  create(2);
  EXPECT_EQ(objectsIn(second_), (std::vector<KeyRef>{{keyId(2), 1}}));
  for (unsigned key : {1U, 2U}) {
    const Bytes blob = dataKey({keyId(key), 1});
    EXPECT_TRUE(verified(blob));
    EXPECT_EQ(opened(blob).size(), 32U);
  }
  EXPECT_EQ(first_.calls("C_UnwrapKey"), second_.calls("C_UnwrapKey"));
}

TEST_F(TokensTest, TheSubkeyOfAVersionComesFromItsOwnToken) {
  start(NewKeysIn::kSecond);
  create(1);
  const std::uint64_t before = first_.calls("C_Sign");
  bindings_->subkey({keyId(1), 1}, deadline());
  EXPECT_EQ(first_.calls("C_Sign"), before);
}

TEST_F(TokensTest, ALostTokenTakesItsOwnKeysAndNoOthers) {
  create(1);
  start(NewKeysIn::kSecond);
  create(2);
  const Bytes blob = dataKey({keyId(2), 1});
  secondSwitch_.turnOff();
  EXPECT_EQ(codeOf([&] { dataKey({keyId(2), 1}); }), ErrorCode::kTokenUnavailable);
  EXPECT_TRUE(verified(blob)) << "its subkey is held";
  EXPECT_EQ(codeOf([&] { opened(blob); }), ErrorCode::kTokenUnavailable);
  EXPECT_NO_THROW(dataKey({keyId(1), 1}));
  secondSwitch_.turnOn();
  EXPECT_EQ(opened(blob).size(), 32U);
}

TEST_F(TokensTest, AKeyOfATokenThatIsNotConfiguredIsOutOfReach) {
  start(NewKeysIn::kSecond);
  create(1);
  const Bytes blob = dataKey({keyId(1), 1});
  startWithFirstAlone();
  EXPECT_EQ(codeOf([&] { dataKey({keyId(1), 1}); }), ErrorCode::kTokenUnavailable);
  EXPECT_EQ(codeOf([&] { verified(blob); }), ErrorCode::kTokenUnavailable);
}

TEST_F(TokensTest, AVersionThatNoRecordNamesIsNoCiphertextOfOurs) {
  create(1);
  const Bytes blob = dataKey({keyId(1), 1});
  store_->updateKey(keyId(1), [](KeyRecord& key) { key.currentVersion = 3; });
  ParsedCiphertext forged = parseCiphertext(blob).value();
  forged.parts.ref.version = 2;
  const std::uint64_t before = first_.calls();
  EXPECT_FALSE(envelope_->verify(forged, kContext, deadline()));
  EXPECT_EQ(first_.calls(), before);
  EXPECT_EQ(codeOf([&] { dataKey({keyId(1), 2}); }), ErrorCode::kKeyNotFound);
}

TEST_F(TokensTest, WhereAVersionIsIsAskedOfTheStoreOnce) {
  create(1);
  unsigned asked = 0;
  Tokens tokens({{"token", first_}}, [&](const KeyRef& ref) {
    ++asked;
    return store_->tokenOf(ref);
  });
  tokens.first().setNumber(kFirstToken);
  for (int i = 0; i < 3; ++i) tokens.holding({keyId(1), 1});
  EXPECT_EQ(asked, 1U);
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(tokens.isRecorded({keyId(1), 2}));
  EXPECT_EQ(asked, 4U) << "a version may be made yet";
}

TEST_F(TokensTest, RandomBytesComeFromAnyTokenThatAnswers) {
  start(NewKeysIn::kSecond);
  std::array<std::byte, 16> bytes{};
  tokens_->random(bytes, deadline());
  EXPECT_EQ(second_.calls("C_GenerateRandom"), 1U);
  secondSwitch_.turnOff();
  std::array<std::byte, 16> others{};
  tokens_->random(others, deadline());
  EXPECT_EQ(first_.calls("C_GenerateRandom"), 1U);
  EXPECT_NE(others, (std::array<std::byte, 16>{}));
  firstSwitch_.turnOff();
  EXPECT_EQ(codeOf([&] { tokens_->random(bytes, deadline()); }), ErrorCode::kTokenUnavailable);
}

}  // namespace
}  // namespace strongroom::keys
