#include "service/policy/roles.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string_view>
#include <vector>

namespace strongroom::policy {
namespace {

std::vector<std::string_view> allowedTo(keys::Role role) {
  std::vector<std::string_view> names;
  for (int i = 0; i < static_cast<int>(Action::kCount); ++i) {
    if (allows(role, static_cast<Action>(i))) names.push_back(name(static_cast<Action>(i)));
  }
  return names;
}

TEST(RolesTest, AnAdministratorMayEverything) {
  EXPECT_EQ(allowedTo(keys::Role::kAdministrator).size(), static_cast<std::size_t>(Action::kCount));
}

TEST(RolesTest, AUserMayUseKeysAndChangeNone) {
  EXPECT_THAT(
      allowedTo(keys::Role::kUser),
      ::testing::ElementsAre("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey",
                             "kms:GenerateDataKeyWithoutPlaintext", "kms:GenerateRandom",
                             "kms:GetKeyRotationStatus", "kms:ListAliases", "kms:ListKeys",
                             "kms:ListResourceTags", "kms:ReEncryptFrom", "kms:ReEncryptTo"));
}

TEST(RolesTest, AnUnknownRoleOrActionIsRefused) {
  EXPECT_TRUE(allowedTo(static_cast<keys::Role>(2)).empty());
  EXPECT_FALSE(allows(keys::Role::kAdministrator, Action::kCount));
}

}  // namespace
}  // namespace strongroom::policy
