#include "tests/tokens/tool_fixture.h"

namespace strongroom::tokens {
namespace {

using ::testing::HasSubstr;

class TokenListTest : public ToolFixture {};

TEST_F(TokenListTest, ShowsTokensAndEmptySlots) {
  ASSERT_EQ(initialise().exitCode, 0);
  const std::string table = runTool({"token", "list", "--module", kModule}).output;
  EXPECT_THAT(table, HasSubstr(kModule));
  EXPECT_THAT(table, HasSubstr(open()->describe().serial));
  EXPECT_THAT(table, HasSubstr("ready"));
  EXPECT_THAT(table, HasSubstr("empty"));
}

TEST_F(TokenListTest, TellsScriptsWhatIsKnownAndNullForWhatIsNot) {
  ASSERT_EQ(initialise().exitCode, 0);
  const std::string json = runTool({"token", "list", "--config", configure(), "--json"}).output;
  EXPECT_THAT(json, HasSubstr("\"initialised\": true, \"label\": \"strongroom\""));
  EXPECT_THAT(json,
              HasSubstr("\"sessionsOpen\": null, \"sessionsMax\": 0, \"userPin\": \"ready\""));
  EXPECT_THAT(json, HasSubstr("\"initialised\": false, \"label\": null"));
}

TEST_F(TokenListTest, ShowsEveryModuleOfTheRegistryWhereNoneIsNamed) {
  const Outcome outcome = runTool({"token", "list"});
  EXPECT_EQ(outcome.exitCode, 0) << outcome.errors;
  EXPECT_THAT(outcome.output, HasSubstr("softhsm2  /"));
  EXPECT_THAT(outcome.output, HasSubstr("opensc-pkcs11  /"));
}

TEST_F(TokenListTest, ShowsWhatCannotBeLoadedBesideTheRest) {
  ASSERT_EQ(initialise().exitCode, 0);
  const Outcome outcome = runTool({"token", "list", "--module", file("pin"), "--module", kModule});
  EXPECT_EQ(outcome.exitCode, static_cast<int>(ExitCode::kUnavailable));
  EXPECT_THAT(outcome.output, HasSubstr("cannot be used: cannot load the PKCS#11 module"));
  EXPECT_THAT(outcome.output, HasSubstr("ready"));
}

TEST_F(TokenListTest, AModuleThatDoesNotStartIsUnavailableToEveryCommand) {
  ASSERT_EQ(initialise().exitCode, 0);
  std::filesystem::remove_all(folder_.tokens());
  EXPECT_EQ(runTool({"token", "list", "--module", kModule}).exitCode,
            static_cast<int>(ExitCode::kUnavailable));
  expectRefused(runTool({"token", "objects", "--module", kModule, "--label", "strongroom",
                         "--pin-file", file("pin")}),
                ExitCode::kUnavailable, "The module does not start");
}

TEST_F(TokenListTest, ShowsThatAWrongPinWasGiven) {
  ASSERT_EQ(initialise().exitCode, 0);
  writePrivately(file("pin"), "00000000");
  EXPECT_EQ(add("alice", "user").exitCode, static_cast<int>(ExitCode::kPinRefused));
  EXPECT_THAT(runTool({"token", "list", "--module", kModule}).output,
              HasSubstr("a wrong one was given"));
}

}  // namespace
}  // namespace strongroom::tokens
