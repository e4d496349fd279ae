#include "tests/tokens/tool_fixture.h"

namespace strongroom::tokens {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const std::string kNewPin = "a new pin";

/// `token set-pin` and `token unlock`.
class TokenPinTest : public ToolFixture {
 protected:
  TokenPinTest() {
    EXPECT_EQ(initialise().exitCode, 0);
    writePrivately(file("new-pin"), kNewPin);
  }

  /// Whether `pin` opens the token; a wrong one costs a try.
  static bool opens(const std::string& pin) {
    try {
      hsm::openToken({kModule, {.label = "strongroom", .serial = "", .uri = ""}, 1},
                     SecretBytes(asBytes(pin)));
      return true;
    } catch (const hsm::Error&) {
      return false;
    }
  }
};

TEST_F(TokenPinTest, SetPinReplacesThePinOfTheConfigurationAndSaysWhatIsLeftToDo) {
  const Outcome outcome =
      runTool({"token", "set-pin", "--config", configure(), "--new-pin-file", file("new-pin")});
  ASSERT_EQ(outcome.exitCode, 0) << outcome.errors;
  EXPECT_TRUE(opens(kNewPin));
  EXPECT_FALSE(opens(kPin));
  EXPECT_THAT(outcome.output, HasSubstr("Put the new PIN into " + file("pin").string()));
  EXPECT_THAT(outcome.output, HasSubstr("Restart strongroomd"));
  EXPECT_THAT(outcome.output + outcome.errors, Not(HasSubstr(kNewPin)));
}

TEST_F(TokenPinTest, SetPinAsksAtTheTerminalAndShowsNothingOfTheAnswers) {
  const Outcome outcome = runToolAtTerminal(
      {"token", "set-pin", "--module", kModule, "--label", "strongroom"},
      {{"Present PIN: ", kPin}, {"New PIN: ", kNewPin}, {"The new PIN again: ", kNewPin}});
  ASSERT_EQ(outcome.exitCode, 0) << outcome.output;
  EXPECT_THAT(outcome.output, Not(HasSubstr(kNewPin)));
  EXPECT_THAT(outcome.output, Not(HasSubstr(kPin)));
  EXPECT_TRUE(opens(kNewPin));
}

TEST_F(TokenPinTest, SetPinChangesTheSoPinAndLeavesTheUsersAlone) {
  const Outcome outcome =
      runTool({"token", "set-pin", "--so", "--config", configure(), "--pin-file", file("so-pin"),
               "--new-pin-file", file("new-pin")});
  ASSERT_EQ(outcome.exitCode, 0) << outcome.errors;
  EXPECT_TRUE(opens(kPin));
  const auto unlock = [&](const std::string& soPin) {
    return runTool({"token", "unlock", "--config", configure(), "--so-pin-file", file(soPin),
                    "--new-pin-file", file("pin")});
  };
  EXPECT_EQ(unlock("so-pin").exitCode, static_cast<int>(ExitCode::kPinRefused));
  EXPECT_EQ(unlock("new-pin").exitCode, 0);
}

TEST_F(TokenPinTest, TheServicesPinIsNeverTakenForTheSoPin) {
  expectRefused(runTool({"token", "set-pin", "--so", "--config", configure(), "--new-pin-file",
                         file("new-pin")}),
                ExitCode::kPinRefused, "no terminal");
}

TEST_F(TokenPinTest, SetPinChangesNothingByAWrongPinAndSaysSo) {
  writePrivately(file("wrong"), "00000000");
  const Outcome outcome = runTool({"token", "set-pin", "--module", kModule, "--label", "strongroom",
                                   "--pin-file", file("wrong"), "--new-pin-file", file("new-pin")});
  expectRefused(outcome, ExitCode::kPinRefused, "nothing was changed");
  EXPECT_THAT(outcome.errors, HasSubstr("tried once"));
  EXPECT_THAT(outcome.errors, HasSubstr("a wrong one was given"));
  EXPECT_TRUE(opens(kPin));
}

TEST_F(TokenPinTest, SetPinRefusesANewPinThatTheTokenDoesNotTakeBeforeItTriesTheOld) {
  writePrivately(file("new-pin"), "123");
  writePrivately(file("wrong"), "00000000");
  expectRefused(runTool({"token", "set-pin", "--module", kModule, "--label", "strongroom",
                         "--pin-file", file("wrong"), "--new-pin-file", file("new-pin")}),
                ExitCode::kPinRefused, "the new PIN has 3 bytes");
  EXPECT_THAT(runTool({"token", "list", "--module", kModule}).output,
              Not(HasSubstr("a wrong one was given")));
}

TEST_F(TokenPinTest, SetPinRefusesThePresentPinAsTheNewOne) {
  expectRefused(
      runTool({"token", "set-pin", "--config", configure(), "--new-pin-file", file("pin")}),
      ExitCode::kRefused, "The new PIN is the present one");
}

TEST_F(TokenPinTest, UnlockSetsALostPinAndKeepsTheKeys) {
  const KeyRef key{.key = {.bytes = {std::byte{7}}}, .version = 1};
  open()->generateKey(key, hsm::deadlineIn(std::chrono::seconds(10)));
  const Outcome outcome = runTool({"token", "unlock", "--config", configure(), "--so-pin-file",
                                   file("so-pin"), "--new-pin-file", file("new-pin")});
  ASSERT_EQ(outcome.exitCode, 0) << outcome.errors;
  EXPECT_FALSE(opens(kPin));
  const auto token = hsm::openToken({kModule, {.label = "strongroom", .serial = "", .uri = ""}, 1},
                                    SecretBytes(asBytes(kNewPin)));
  EXPECT_EQ(token->listKeys(hsm::deadlineIn(std::chrono::seconds(10))), std::vector{key});
}

TEST_F(TokenPinTest, ATokenHasToBeNamed) {
  expectRefused(runTool({"token", "set-pin"}), ExitCode::kUsage, "Say which token");
  expectRefused(runTool({"token", "unlock", "--module", kModule}), ExitCode::kUsage,
                "Say which token");
  expectRefused(runTool({"token", "set-pin", "--module", kModule, "--label", "other"}),
                ExitCode::kNotFound, "no such token");
}

}  // namespace
}  // namespace strongroom::tokens
