#include <gtest/gtest.h>

#include "tests/support/hsm_assertions.h"
#include "tests/support/module_token.h"

namespace strongroom::testing {
namespace {

/// All that tpm2-pkcs11 1.9 lacks, and nothing else: its keys are made by its own tool.
constexpr std::string_view kLacks =
    "the token lacks what Strongroom needs: CKM_GENERIC_SECRET_KEY_GEN, a way to wrap keys: "
    "CKM_AES_KEY_WRAP or CKM_AES_CBC_PAD (has it, but not to wrap, unwrap); the functions "
    "C_GenerateKey, C_WrapKey, C_UnwrapKey; allow it in the token's configuration or use another "
    "token";

TEST(RefusedModuleTest, WhatIsMissingIsSaidCompletelyBeforeAnythingIsWritten) {
  const ModuleToken token;
  for (const bool allowUnsafe : {false, true}) {
    const auto options = token.options(1, allowUnsafe);
    for (const auto& error : {errorOf([&] { hsm::openToken(options, token.pin()); }),
                              errorOf([&] { hsm::adoptToken(options, token.pin()); })}) {
      ASSERT_TRUE(error);
      EXPECT_EQ(error->code(), hsm::ErrorCode::kUnsupported);
      EXPECT_EQ(error->what(), kLacks);
    }
  }
}

TEST(RefusedModuleTest, ItsTokenIsListedAllTheSame) {
  const ModuleToken token;
  const auto tokens = hsm::listTokens(token.options().module);
  ASSERT_FALSE(tokens.empty());
  EXPECT_EQ(tokens.front().description.label, "strongroom");
}

}  // namespace
}  // namespace strongroom::testing
