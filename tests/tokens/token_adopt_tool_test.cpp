#include "tests/tokens/tool_fixture.h"

namespace strongroom::tokens {
namespace {

using ::testing::HasSubstr;

const KeyRef kKey{.key = {.bytes = {std::byte{0xc0}}}, .version = 1};

/// `token init --adopt`, on a token that SoftHSM's own tool initialised.
class TokenAdoptTest : public ToolFixture {
 protected:
  TokenAdoptTest() { makeByTheVendorsTool(); }

  static void makeByTheVendorsTool() {
    const std::string command = "softhsm2-util --init-token --free --label strongroom --so-pin " +
                                kSoPin + " --pin " + kPin + " >/dev/null 2>&1";
    EXPECT_EQ(std::system(command.c_str()), 0) << command;
  }

  Outcome adopt(std::vector<std::string> more = {}) {
    std::vector<std::string> arguments{"token",   "init",       "--adopt",    "--module", kModule,
                                       "--label", "strongroom", "--pin-file", file("pin")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return runTool(arguments);
  }

  std::string tokenList() { return runTool({"token", "list", "--module", kModule}).output; }
};

TEST_F(TokenAdoptTest, TakesOverATokenThatAnotherToolInitialised) {
  EXPECT_ANY_THROW(open()) << "it has no binding key";
  makeKeyByAnotherTool("--key-type AES:16 --label theirs --id 01");
  const std::string before = tokenList();
  const Outcome outcome = adopt();
  ASSERT_EQ(outcome.exitCode, 0) << outcome.errors;
  EXPECT_THAT(outcome.output, HasSubstr("Token 'strongroom' is ready"));
  EXPECT_NO_THROW(open()->generateKey(kKey, hsm::deadlineIn(std::chrono::seconds(30))));
  EXPECT_EQ(tokenList(), before) << "neither label nor serial number is another";
}

TEST_F(TokenAdoptTest, AsksForThePinOnce) {
  const Outcome outcome =
      runToolAtTerminal({"token", "init", "--adopt", "--module", kModule, "--label", "strongroom"},
                        {{"PIN: ", kPin}});
  EXPECT_EQ(outcome.exitCode, 0) << outcome.output;
  EXPECT_NO_THROW(open());
}

TEST_F(TokenAdoptTest, RefusesATokenThatHasABindingKey) {
  ASSERT_EQ(adopt().exitCode, 0);
  expectRefused(adopt(), ExitCode::kRefused, "has a binding key already");
  EXPECT_NO_THROW(open()) << "and does not make a second one";
}

TEST_F(TokenAdoptTest, RefusesATokenThatLostItsBindingKey) {
  ASSERT_EQ(adopt().exitCode, 0);
  open()->generateKey(kKey, hsm::deadlineIn(std::chrono::seconds(30)));
  const std::string command = "pkcs11-tool --module " + kModule +
                              " --token-label strongroom --login --pin " + kPin +
                              " --delete-object --type secrkey --label strongroom/binding-key"
                              " >/dev/null 2>&1";
  ASSERT_EQ(std::system(command.c_str()), 0) << command;
  expectRefused(adopt(), ExitCode::kRefused, "has lost the binding key");
}

TEST_F(TokenAdoptTest, TellsTokensOfOneLabelApartByTheirSerialNumber) {
  makeByTheVendorsTool();
  expectRefused(adopt(), ExitCode::kNotFound, "several");
  const std::string serial = hsm::listTokens(kModule).front().description.serial;
  const Outcome outcome = adopt({"--serial", serial, "--json"});
  ASSERT_EQ(outcome.exitCode, 0) << outcome.errors;
  EXPECT_THAT(outcome.output, HasSubstr("\"serial\": \"" + serial + "\""));
}

TEST_F(TokenAdoptTest, MakesNothingUnderAWrongPin) {
  writePrivately(file("pin"), "00000000");
  expectRefused(adopt(), ExitCode::kPinRefused, "PIN");
  EXPECT_ANY_THROW(open());
}

TEST_F(TokenAdoptTest, TakesNoOptionOfAnEmptyToken) {
  for (const char* option : {"--slot", "--so-pin-descriptor"}) {
    expectRefused(adopt({option, "0"}), ExitCode::kUsage, "excludes");
  }
  expectRefused(runTool({"token", "init", "--module", kModule, "--label", "x", "--serial", "1"}),
                ExitCode::kUsage, "--adopt");
}

}  // namespace
}  // namespace strongroom::tokens
