#include <gtest/gtest.h>

#include "tests/service/keys/store_fixture.h"

namespace strongroom::keys {
namespace {

class SqliteIdentitiesTest : public StoreTest {};

TEST_F(SqliteIdentitiesTest, AnIdentityIsFoundAsItWasAdded) {
  EXPECT_TRUE(store_->addIdentity({"SRAKA", "alice", Role::kAdministrator, clock_.now()}));
  EXPECT_TRUE(store_->addIdentity({"SRAKB", "rgw", Role::kUser, clock_.now()}));
  reopen();
  const auto alice = store_->findIdentity("SRAKA");
  ASSERT_TRUE(alice);
  EXPECT_EQ(alice->accessKeyId, "SRAKA");
  EXPECT_EQ(alice->name, "alice");
  EXPECT_EQ(alice->role, Role::kAdministrator);
  EXPECT_EQ(alice->created, clock_.now());
  EXPECT_EQ(store_->findIdentity("SRAKB")->role, Role::kUser);
  EXPECT_FALSE(store_->findIdentity("SRAKC"));
}

TEST_F(SqliteIdentitiesTest, AnAccessKeyIdIsTakenOnce) {
  EXPECT_TRUE(store_->addIdentity({"SRAKA", "alice", Role::kUser, clock_.now()}));
  EXPECT_FALSE(store_->addIdentity({"SRAKA", "mallory", Role::kAdministrator, clock_.now()}));
  EXPECT_EQ(store_->findIdentity("SRAKA")->name, "alice");
}

TEST_F(SqliteIdentitiesTest, OneHolderMayHaveSeveralAccessKeys) {
  EXPECT_TRUE(store_->addIdentity({"SRAKB", "alice", Role::kUser, clock_.now()}));
  EXPECT_TRUE(store_->addIdentity({"SRAKA", "alice", Role::kUser, clock_.now()}));
  const auto all = store_->listIdentities();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].accessKeyId, "SRAKA");
}

TEST_F(SqliteIdentitiesTest, ARemovedIdentityIsGoneForOtherProcessesToo) {
  const auto other = openAnother();
  store_->addIdentity({"SRAKA", "alice", Role::kUser, clock_.now()});
  EXPECT_TRUE(other->findIdentity("SRAKA"));
  EXPECT_TRUE(other->removeIdentity("SRAKA"));
  EXPECT_FALSE(store_->findIdentity("SRAKA"));
  EXPECT_FALSE(store_->removeIdentity("SRAKA"));
}

}  // namespace
}  // namespace strongroom::keys
