#include <gtest/gtest.h>

#include "tests/support/fault_control.h"
#include "tests/support/hsm_assertions.h"
#include "tests/support/test_token.h"

namespace strongroom::testing {
namespace {

using hsm::ErrorCode;

/// Modules that answer, but not the truth.
class WrongAnswersTest : public ::testing::Test {
 protected:
  WrongAnswersTest() {
    // Made beforehand: whoever opens the token finds them in one pass, side by side.
    const auto maker = token_.open();
    for (std::uint32_t version = 1; version <= 3; ++version) {
      maker->generateKey({.key = {}, .version = version}, soon());
    }
  }

  static hsm::Deadline soon() { return hsm::deadlineIn(std::chrono::seconds(30)); }

  std::unique_ptr<hsm::Hsm> open() const {
    hsm::TokenOptions options = token_.options();
    options.module = FaultControl::module();
    return hsm::openToken(options, token_.pin());
  }

  TestToken token_;
  FaultControl control_{token_.folder().path()};
};

TEST_F(WrongAnswersTest, NoKeyIsDestroyedByTheHandleThatWasAnothers) {
  const auto hsm = open();
  control_.begin({.action = FaultAction::kShiftHandles, .times = 1});
  hsm->destroyKey({.key = {}, .version = 2}, soon());
  const std::vector<KeyRef> left{{.key = {}, .version = 1}, {.key = {}, .version = 3}};
  EXPECT_EQ(hsm->listKeys(soon()), left);
  EXPECT_EQ(control_.applied(), 1U);
}

TEST_F(WrongAnswersTest, AMacThatComesOutInTwoWaysIsGivenToNobody) {
  const auto hsm = open();
  const SecretBytes right = hsm->bindingMac(asBytes("m"), soon());
  for (const std::uint64_t skip : {0U, 1U}) {
    control_.begin(
        {.action = FaultAction::kCorrupt, .function = "C_Sign", .skip = skip, .times = 1});
    EXPECT_EQ(codeOf([&] { hsm->bindingMac(asBytes("m"), soon()); }), ErrorCode::kFault);
    EXPECT_EQ(control_.applied(), 1U);
    control_.end();
  }
  EXPECT_TRUE(hsm->bindingMac(asBytes("m"), soon()) == right);
}

TEST_F(WrongAnswersTest, AKeyWhoseWrapsAreChangedIsNotVerified) {
  const auto hsm = open();
  control_.begin({.action = FaultAction::kCorrupt, .function = "C_WrapKey"});
  EXPECT_TRUE(codeOf([&] { hsm->verifyKey({.key = {}, .version = 1}, soon()); }));
  EXPECT_TRUE(codeOf([&] { hsm->probe(soon()); }));
  control_.end();
  EXPECT_NO_THROW(hsm->verifyKey({.key = {}, .version = 1}, soon()));
}

TEST_F(WrongAnswersTest, TheFaultModuleCountsSessionsAndCalls) {
  const auto hsm = open();
  const std::uint64_t before = control_.calls("C_WrapKey");
  hsm->generateDataKey({.key = {}, .version = 1}, 32, hsm::Plaintext::kReturn, soon());
  EXPECT_EQ(control_.calls("C_WrapKey"), before + 1);
  EXPECT_EQ(control_.openSessions(), static_cast<std::int64_t>(hsm->statistics().sessionsOpen) + 1);
}

}  // namespace
}  // namespace strongroom::testing
