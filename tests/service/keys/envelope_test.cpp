#include "service/keys/envelope.h"

#include <gtest/gtest.h>

#include "tests/service/keys/store_fixture.h"
#include "tests/support/fake_hsm.h"
#include "tests/support/one_token.h"

namespace strongroom::keys {
namespace {

using namespace std::chrono_literals;

const EncryptionContext kContext{{"bucket", "photos"}};

class EnvelopeTest : public ::testing::Test {
 protected:
  EnvelopeTest() {
    for (const KeyRef& ref : {first_, second_, other_}) hsm_.generateKey(ref, deadline());
  }
  static hsm::Deadline deadline() { return hsm::deadlineIn(5s); }
  SealedDataKey dataKey(const KeyRef& ref, std::size_t bytes) {
    return envelope_.generateDataKey(ref, bytes, kContext, hsm::Plaintext::kReturn, deadline());
  }
  bool verified(ByteView blob, const EncryptionContext& context) {
    const auto parsed = parseCiphertext(blob);
    return parsed && envelope_.verify(*parsed, context, deadline());
  }
  SecretBytes opened(ByteView blob) {
    const auto parsed = parseCiphertext(blob);
    EXPECT_TRUE(envelope_.verify(*parsed, kContext, deadline()));
    return envelope_.open(*parsed, deadline());
  }

  const KeyRef first_{keyId(1), 1}, second_{keyId(1), 2}, other_{keyId(2), 1};
  testing::FakeHsm hsm_;
  testing::OneToken tokens_{hsm_};
  BindingKeys bindings_{tokens_};
  Envelope envelope_{tokens_, bindings_};
};

TEST_F(EnvelopeTest, DataKeysOfEveryLengthOpenAgain) {
  for (const std::size_t bytes : {1U, 8U, 15U, 16U, 17U, 24U, 32U, 64U, 1023U, 1024U}) {
    const SealedDataKey key = dataKey(first_, bytes);
    EXPECT_EQ(key.plaintext.size(), bytes);
    EXPECT_TRUE(opened(key.ciphertext) == key.plaintext) << bytes;
  }
}

TEST_F(EnvelopeTest, TheSuiteFollowsTheLength) {
  EXPECT_EQ(parseCiphertext(dataKey(first_, 32).ciphertext)->parts.suite, Suite::kDataKey);
  EXPECT_EQ(parseCiphertext(dataKey(first_, 31).ciphertext)->parts.suite, Suite::kShortDataKey);
  EXPECT_EQ(parseCiphertext(dataKey(first_, 8).ciphertext)->parts.suite, Suite::kShortDataKey);
}

TEST_F(EnvelopeTest, ADataKeyOf32BytesIsStoredIn96) {
  EXPECT_EQ(dataKey(first_, 32).ciphertext.size(), 96U);
}

/// On a token that wraps by CBC, and makes no key longer than 64 bytes.
class WeakerTokenTest : public ::testing::Test {
 protected:
  WeakerTokenTest() { hsm_.generateKey(ref_, soon()); }
  static hsm::Deadline soon() { return hsm::deadlineIn(5s); }
  SealedDataKey dataKey(std::size_t bytes, hsm::Plaintext plaintext = hsm::Plaintext::kReturn) {
    return envelope_.generateDataKey(ref_, bytes, kContext, plaintext, soon());
  }
  SecretBytes opened(ByteView blob) {
    const auto parsed = parseCiphertext(blob);
    EXPECT_TRUE(envelope_.verify(*parsed, kContext, soon()));
    return envelope_.open(*parsed, soon());
  }

  const KeyRef ref_{keyId(1), 1};
  testing::FakeHsm hsm_{hsm::WrapMethod::kAesCbcPad, 64};
  testing::OneToken tokens_{hsm_};
  BindingKeys bindings_{tokens_};
  Envelope envelope_{tokens_, bindings_};
};

TEST_F(WeakerTokenTest, DataKeysOfEveryLengthOpenAgain) {
  for (const std::size_t bytes :
       {1U, 15U, 16U, 17U, 24U, 31U, 32U, 33U, 40U, 56U, 63U, 64U, 65U, 1023U, 1024U}) {
    const SealedDataKey key = dataKey(bytes);
    EXPECT_EQ(key.plaintext.size(), bytes);
    EXPECT_TRUE(opened(key.ciphertext) == key.plaintext) << bytes;
    const SealedDataKey withheld = dataKey(bytes, hsm::Plaintext::kWithhold);
    EXPECT_TRUE(withheld.plaintext.empty());
    EXPECT_EQ(opened(withheld.ciphertext).size(), bytes);
  }
}

TEST_F(WeakerTokenTest, ADataKeyOf32BytesIsStoredInLessThan120) {
  const SealedDataKey key = dataKey(32);
  EXPECT_EQ(parseCiphertext(key.ciphertext)->parts.suite, Suite::kCbcDataKey);
  EXPECT_EQ(key.ciphertext.size(), 106U);
}

TEST_F(WeakerTokenTest, ADataKeyThatItCannotMakeIsSealedAsAMessage) {
  EXPECT_EQ(parseCiphertext(dataKey(64).ciphertext)->parts.suite, Suite::kCbcDataKey);
  EXPECT_EQ(hsm_.calls("C_GenerateRandom"), 0U);
  EXPECT_EQ(parseCiphertext(dataKey(65).ciphertext)->parts.suite, Suite::kCbcMessage);
  EXPECT_EQ(hsm_.calls("C_GenerateRandom"), 1U);
}

TEST_F(WeakerTokenTest, MessagesOpenAgain) {
  for (const std::size_t size : {1U, 4096U}) {
    const std::string message(size, 'm');
    const Bytes blob = envelope_.encrypt(ref_, asBytes(message), kContext, soon());
    EXPECT_EQ(asText(opened(blob).expose()), message);
  }
}

TEST_F(WeakerTokenTest, NothingReachesItBeforeTheTagWasChecked) {
  const Bytes blob = dataKey(32).ciphertext;
  const std::uint64_t calls = hsm_.calls();
  for (std::size_t bit = 0; bit < blob.size() * 8; ++bit) {
    Bytes flipped = blob;
    flipped[bit / 8] ^= std::byte{1} << (bit % 8);
    const auto parsed = parseCiphertext(flipped);
    EXPECT_FALSE(parsed && parsed->parts.ref == ref_ && envelope_.verify(*parsed, kContext, soon()))
        << "bit " << bit;
  }
  EXPECT_EQ(hsm_.calls(), calls) << "CBC would have told a caller whether the padding was right";
}

TEST_F(EnvelopeTest, AWithheldPlaintextNeverLeavesTheToken) {
  const SealedDataKey key =
      envelope_.generateDataKey(first_, 32, kContext, hsm::Plaintext::kWithhold, deadline());
  EXPECT_TRUE(key.plaintext.empty());
  EXPECT_EQ(hsm_.calls("C_GetAttributeValue"), 0U);
  EXPECT_EQ(opened(key.ciphertext).size(), 32U);
}

TEST_F(EnvelopeTest, AWithheldDataKeyOfAnyLengthOpensToThatLength) {
  for (const std::size_t bytes : {1U, 7U, 15U, 17U, 1023U}) {
    const SealedDataKey key =
        envelope_.generateDataKey(first_, bytes, kContext, hsm::Plaintext::kWithhold, deadline());
    EXPECT_TRUE(key.plaintext.empty());
    EXPECT_EQ(opened(key.ciphertext).size(), bytes);
  }
}

TEST_F(EnvelopeTest, MessagesOfEveryLengthOpenAgain) {
  for (const std::size_t size : {1U, 16U, 33U, 4095U, 4096U}) {
    const std::string message(size, 'm');
    const Bytes blob = envelope_.encrypt(first_, asBytes(message), kContext, deadline());
    EXPECT_EQ(blob.size(), 24 + 40 + size + 16 + 32);
    EXPECT_EQ(asText(opened(blob).expose()), message);
  }
}

TEST_F(EnvelopeTest, TheSameMessageIsNeverEncryptedAlike) {
  const Bytes one = envelope_.encrypt(first_, asBytes("attack"), kContext, deadline());
  const Bytes two = envelope_.encrypt(first_, asBytes("attack"), kContext, deadline());
  EXPECT_NE(parseCiphertext(one)->parts.wrapped, parseCiphertext(two)->parts.wrapped);
  EXPECT_NE(parseCiphertext(one)->parts.payload, parseCiphertext(two)->parts.payload);
}

TEST_F(EnvelopeTest, AWrongContextIsRefusedWithoutAnHsmCall) {
  const Bytes blob = dataKey(first_, 32).ciphertext;
  const auto before = hsm_.calls();
  EXPECT_TRUE(verified(blob, kContext));
  EXPECT_FALSE(verified(blob, {}));
  EXPECT_FALSE(verified(blob, {{"bucket", "videos"}}));
  EXPECT_FALSE(verified(blob, {{"bucketp", "hotos"}}));
  EXPECT_EQ(hsm_.calls(), before);
}

TEST_F(EnvelopeTest, EveryFlippedBitIsRefusedWithoutUnwrapping) {
  const Bytes blob = envelope_.encrypt(first_, asBytes("attack"), kContext, deadline());
  for (std::size_t bit = 0; bit < blob.size() * 8; ++bit) {
    Bytes flipped = blob;
    flipped[bit / 8] ^= std::byte{1} << (bit % 8);
    EXPECT_FALSE(verified(flipped, kContext)) << "bit " << bit;
  }
  EXPECT_EQ(hsm_.calls("C_UnwrapKey"), 0U);
}

TEST_F(EnvelopeTest, ACiphertextCannotBePassedOffAsAnotherKeysOrVersions) {
  const auto original = parseCiphertext(dataKey(first_, 32).ciphertext);
  for (const KeyRef& ref : {second_, other_}) {
    ParsedCiphertext forged = *original;
    forged.parts.ref = ref;
    forged.body = encodeBody(forged.parts);
    EXPECT_FALSE(envelope_.verify(forged, kContext, deadline()));
  }
}

TEST_F(EnvelopeTest, OldVersionsOpenBesideNewOnes) {
  const SealedDataKey old = dataKey(first_, 32);
  const SealedDataKey current = dataKey(second_, 32);
  EXPECT_TRUE(opened(old.ciphertext) == old.plaintext);
  EXPECT_TRUE(opened(current.ciphertext) == current.plaintext);
}

TEST_F(EnvelopeTest, AnotherProcessOpensWhatThisOneMade) {
  const SealedDataKey key = dataKey(first_, 32);
  BindingKeys freshBindings(tokens_);
  Envelope fresh(tokens_, freshBindings);
  const auto parsed = parseCiphertext(key.ciphertext);
  ASSERT_TRUE(fresh.verify(*parsed, kContext, deadline()));
  EXPECT_TRUE(fresh.open(*parsed, deadline()) == key.plaintext);
}

TEST_F(EnvelopeTest, TheHsmsErrorsPassThrough) {
  for (const auto code : {hsm::ErrorCode::kBusy, hsm::ErrorCode::kKeyNotFound}) {
    hsm_.failNext(hsm::Error(code, "made to fail"));
    try {
      dataKey(first_, 32);
      FAIL() << "no error";
    } catch (const hsm::Error& error) {
      EXPECT_EQ(error.code(), code);
    }
  }
}

}  // namespace
}  // namespace strongroom::keys
