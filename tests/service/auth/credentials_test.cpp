#include "service/auth/credentials.h"

#include <gtest/gtest.h>

#include "hsm/error.h"
#include "service/auth/access_key.h"
#include "tests/service/auth/identity_store.h"
#include "tests/support/fake_hsm.h"

namespace strongroom::auth {
namespace {

class CredentialsTest : public ::testing::Test {
 protected:
  CredentialsTest() { store_->addIdentity({kId, "backup", keys::Role::kUser, {}}); }

  std::optional<Credential> find(const std::string& id) {
    return credentials_.find(id, hsm::deadlineIn(std::chrono::seconds(5)));
  }

  const std::string kId = "SRAKABCDEFGHIJKLM234";
  testing::FakeHsm hsm_;
  IdentityStore store_;
  Credentials credentials_{*store_, hsm_, {"us-east-1", "000000000000"}};
};

TEST_F(CredentialsTest, AreThePrincipalAndTheSecretOfAnAccessKey) {
  const auto found = find(kId);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->principal.arn, "arn:aws:iam::000000000000:user/backup");
  EXPECT_EQ(found->principal.accessKeyId, kId);
  EXPECT_EQ(found->principal.role, keys::Role::kUser);
  EXPECT_EQ(*found->secretAccessKey,
            secretAccessKey(hsm_, kId, hsm::deadlineIn(std::chrono::seconds(5))));
}

TEST_F(CredentialsTest, AreNotFoundForUnknownAndForMalformedIds) {
  EXPECT_FALSE(find("SRAKAAAAAAAAAAAAAAAA"));
  store_->addIdentity({"not-an-id", "planted", keys::Role::kAdministrator, {}});
  EXPECT_FALSE(find("not-an-id"));
  EXPECT_EQ(hsm_.calls(), 0u);
}

TEST_F(CredentialsTest, AreDerivedOnceWhileTheIdentityExists) {
  const auto first = find(kId);
  EXPECT_EQ(find(kId)->secretAccessKey, first->secretAccessKey);
  EXPECT_EQ(hsm_.calls("C_Sign"), 1u);
}

TEST_F(CredentialsTest, AreGoneAtOnceWhenTheIdentityIsRemoved) {
  ASSERT_TRUE(find(kId));
  ASSERT_TRUE(store_->removeIdentity(kId));
  EXPECT_FALSE(find(kId));
  store_->addIdentity({kId, "backup", keys::Role::kUser, {}});
  ASSERT_TRUE(find(kId));
  EXPECT_EQ(hsm_.calls("C_Sign"), 2u) << "the secret was kept past its identity";
}

TEST_F(CredentialsTest, SurviveTheLossOfTheTokenOnceAllAreDerived) {
  credentials_.deriveAll(hsm::deadlineIn(std::chrono::seconds(5)));
  hsm_.failNext(hsm::Error(hsm::ErrorCode::kTokenUnavailable, "gone"));
  EXPECT_TRUE(find(kId)) << "the token was asked";
}

TEST_F(CredentialsTest, ComeBackAfterTheTokenFailedOnce) {
  hsm_.failNext(hsm::Error(hsm::ErrorCode::kBusy, "busy"));
  EXPECT_THROW(find(kId), hsm::Error);
  EXPECT_TRUE(find(kId));
}

}  // namespace
}  // namespace strongroom::auth
