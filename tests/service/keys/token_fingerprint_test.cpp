#include "service/keys/token_fingerprint.h"

#include "hsm/error.h"
#include "tests/service/keys/store_fixture.h"
#include "tests/support/fake_hsm.h"

namespace strongroom::keys {
namespace {

class TokenFingerprintTest : public StoreTest {
 protected:
  static hsm::Deadline deadline() { return hsm::deadlineIn(std::chrono::seconds(5)); }

  /// A service's start with `first_` as [token] and `further` as [token.second].
  Recognition recognise(hsm::Hsm& further) {
    tokens_.emplace(std::vector<Tokens::Given>{{"token", first_}, {"token.second", further}},
                    [](const KeyRef&) { return std::nullopt; });
    requireSameToken(*store_, first_, deadline());
    tokens_->first().setNumber(kFirstToken);
    return recogniseToken(*store_, *tokens_, tokens_->all().back(), deadline());
  }

  testing::FakeHsm first_;
  std::optional<Tokens> tokens_;
};

TEST_F(TokenFingerprintTest, TheFirstTokenIsTheStoresOwnFromThenOn) {
  requireSameToken(*store_, first_, deadline());
  ASSERT_EQ(store_->tokens().size(), 1U);
  const TokenRecord record = store_->tokens().front();
  EXPECT_EQ(record.number, kFirstToken);
  EXPECT_EQ(record.fingerprint.size(), 32U);
  EXPECT_EQ(record.label, first_.describe().label);
  reopen();
  EXPECT_NO_THROW(requireSameToken(*store_, first_, deadline()));
}

TEST_F(TokenFingerprintTest, AnotherTokenIsRefusedWithWhatToDo) {
  requireSameToken(*store_, first_, deadline());
  const auto before = store_->tokens();
  testing::FakeHsm other;
  try {
    requireSameToken(*store_, other, deadline());
    ADD_FAILURE() << "accepted";
  } catch (const StoreError& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("belongs to another token"), std::string::npos) << text;
    EXPECT_NE(text.find("point [token] at"), std::string::npos) << text;
  }
  EXPECT_EQ(store_->tokens(), before);
}

TEST_F(TokenFingerprintTest, ATokenThatFailsLeavesTheStoreWithoutOne) {
  first_.failNext(hsm::Error(hsm::ErrorCode::kTokenUnavailable, "gone"));
  EXPECT_THROW(requireSameToken(*store_, first_, deadline()), hsm::Error);
  EXPECT_TRUE(store_->tokens().empty());
}

TEST_F(TokenFingerprintTest, AFurtherTokenIsAddedOnceAndKnownAgain) {
  testing::FakeHsm second;
  EXPECT_EQ(recognise(second), Recognition::kAdded);
  EXPECT_EQ(tokens_->all().back().number(), TokenNumber{2});
  reopen();
  EXPECT_EQ(recognise(second), Recognition::kKnown);
  EXPECT_EQ(tokens_->all().back().number(), TokenNumber{2});
  testing::FakeHsm third;
  EXPECT_EQ(recognise(third), Recognition::kAdded);
  EXPECT_EQ(tokens_->all().back().number(), TokenNumber{3});
}

TEST_F(TokenFingerprintTest, AFurtherTokenCannotTakeTheFirstOnesPlace) {
  testing::FakeHsm second;
  recognise(second);
  EXPECT_THROW(requireSameToken(*store_, second, deadline()), StoreError);
}

TEST_F(TokenFingerprintTest, OneTokenUnderTwoNamesIsRefused) {
  EXPECT_THROW(recognise(first_), StoreError);
  EXPECT_FALSE(tokens_->all().back().number());
  EXPECT_EQ(store_->tokens().size(), 1U);
}

TEST_F(TokenFingerprintTest, ATokenThatWasInitialisedAnewIsAnother) {
  testing::FakeHsm second;
  recognise(second);
  second.reinitialise();
  EXPECT_EQ(recognise(second), Recognition::kAdded);
  EXPECT_EQ(tokens_->all().back().number(), TokenNumber{3});
}

TEST_F(TokenFingerprintTest, TheFirstOfTwoThatSetItWins) {
  store_->recordFirstToken({kFirstToken, "one", "", ""});
  store_->recordFirstToken({kFirstToken, "two", "", ""});
  EXPECT_EQ(store_->tokens(), (std::vector<TokenRecord>{{kFirstToken, "one", "", ""}}));
}

TEST_F(TokenFingerprintTest, LabelAndSerialAreThoseOfTheLastTime) {
  store_->recordFirstToken({kFirstToken, "one", "", ""});
  store_->recordFirstToken({kFirstToken, "one", "label", "serial"});
  EXPECT_EQ(store_->recordToken({0, "two", "a", "b"}), TokenNumber{2});
  EXPECT_EQ(store_->recordToken({0, "two", "c", "d"}), TokenNumber{2});
  EXPECT_EQ(store_->tokens(), (std::vector<TokenRecord>{{kFirstToken, "one", "label", "serial"},
                                                        {2, "two", "c", "d"}}));
}

}  // namespace
}  // namespace strongroom::keys
