#include "service/keys/token_fingerprint.h"

#include "hsm/error.h"
#include "tests/service/keys/store_fixture.h"
#include "tests/support/fake_hsm.h"

namespace strongroom::keys {
namespace {

class TokenFingerprintTest : public StoreTest {
 protected:
  static hsm::Deadline deadline() { return hsm::deadlineIn(std::chrono::seconds(5)); }
  testing::FakeHsm token_;
};

TEST_F(TokenFingerprintTest, TheFirstTokenIsTheStoresOwnFromThenOn) {
  requireSameToken(*store_, token_, deadline());
  ASSERT_TRUE(store_->tokenFingerprint());
  EXPECT_EQ(store_->tokenFingerprint()->size(), 32U);
  reopen();
  EXPECT_NO_THROW(requireSameToken(*store_, token_, deadline()));
}

TEST_F(TokenFingerprintTest, AnotherTokenIsRefusedWithWhatToDo) {
  requireSameToken(*store_, token_, deadline());
  const auto before = store_->tokenFingerprint();
  testing::FakeHsm other;
  try {
    requireSameToken(*store_, other, deadline());
    ADD_FAILURE() << "accepted";
  } catch (const StoreError& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("belongs to another token"), std::string::npos) << text;
    EXPECT_NE(text.find("point [token] at"), std::string::npos) << text;
  }
  EXPECT_EQ(store_->tokenFingerprint(), before);
}

TEST_F(TokenFingerprintTest, ATokenThatFailsLeavesTheStoreWithoutOne) {
  token_.failNext(hsm::Error(hsm::ErrorCode::kTokenUnavailable, "gone"));
  EXPECT_THROW(requireSameToken(*store_, token_, deadline()), hsm::Error);
  EXPECT_FALSE(store_->tokenFingerprint());
}

TEST_F(TokenFingerprintTest, TheFirstOfTwoThatSetItWins) {
  store_->setTokenFingerprint("first");
  store_->setTokenFingerprint("second");
  EXPECT_EQ(store_->tokenFingerprint(), "first");
}

}  // namespace
}  // namespace strongroom::keys
