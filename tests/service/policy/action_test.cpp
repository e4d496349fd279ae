#include "service/policy/action.h"

#include <gtest/gtest.h>

#include <cctype>
#include <set>
#include <stdexcept>

namespace strongroom::policy {
namespace {

TEST(ActionTest, NamesAreUniqueAscendingAndInTheFormOfThePolicyLanguage) {
  std::string_view previous;
  for (int i = 0; i < static_cast<int>(Action::kCount); ++i) {
    const std::string_view text = name(static_cast<Action>(i));
    ASSERT_TRUE(text.starts_with("kms:")) << text;
    EXPECT_TRUE(std::isupper(static_cast<unsigned char>(text.at(4)))) << text;
    EXPECT_LT(previous, text);
    previous = text;
  }
}

TEST(ActionTest, NamesBelongToTheirEnumerators) {
  EXPECT_EQ(name(Action::kCancelKeyDeletion), "kms:CancelKeyDeletion");
  EXPECT_EQ(name(Action::kDecrypt), "kms:Decrypt");
  EXPECT_EQ(name(Action::kReEncryptFrom), "kms:ReEncryptFrom");
  EXPECT_EQ(name(Action::kUpdateKeyDescription), "kms:UpdateKeyDescription");
}

TEST(ActionTest, WhatIsNoActionHasNoName) {
  EXPECT_THROW(name(Action::kCount), std::out_of_range);
}

}  // namespace
}  // namespace strongroom::policy
