#include <SQLiteCpp/Database.h>

#include <fstream>
#include <regex>

#include "service/auth/access_key.h"
#include "service/keys/sqlite_schema.h"
#include "service/keys/sqlite_store.h"
#include "tests/tokens/tool_fixture.h"

namespace strongroom::tokens {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class ToolTest : public ToolFixture {};

TEST_F(ToolTest, TokenInitMakesATokenThatOpensAndSaysWhatToDoNext) {
  const Outcome outcome = initialise();
  ASSERT_EQ(outcome.exitCode, 0) << outcome.errors;
  EXPECT_THAT(outcome.output, HasSubstr("Token 'strongroom' is ready"));
  EXPECT_THAT(outcome.output, HasSubstr("point [token] of strongroomd.toml at it"));
  EXPECT_NO_THROW(open());
}

TEST_F(ToolTest, TokenInitNeverTouchesATokenThatHasTheLabel) {
  ASSERT_EQ(initialise().exitCode, 0);
  const std::string before = runTool({"token", "list", "--module", kModule}).output;
  expectRefused(initialise(), ExitCode::kRefused, "A token labelled 'strongroom' exists already");
  EXPECT_EQ(runTool({"token", "list", "--module", kModule}).output, before);
}

TEST_F(ToolTest, TokenInitCallsATokenThatAppearedMeanwhileNoHalfMadeOne) {
  const auto appear = [&] { ASSERT_EQ(initialise().exitCode, 0); };
  const Outcome outcome =
      runToolAtTerminal({"token", "init", "--module", kModule, "--label", "strongroom"},
                        {{"New SO PIN: ", kSoPin, appear},
                         {"The new SO PIN again: ", kSoPin},
                         {"New PIN: ", kPin},
                         {"The new PIN again: ", kPin}});
  EXPECT_EQ(outcome.exitCode, static_cast<int>(ExitCode::kNotFound)) << outcome.output;
  EXPECT_THAT(outcome.output, HasSubstr("a token with the label 'strongroom' exists already"));
  EXPECT_THAT(outcome.output, Not(HasSubstr("not finished")));
  EXPECT_NO_THROW(open());
}

TEST_F(ToolTest, TokenInitReadsAPinFromADescriptor) {
  const Outcome outcome = runTool({"token", "init", "--module", kModule, "--label", "strongroom",
                                   "--so-pin-file", file("so-pin"), "--pin-descriptor", "0"},
                                  kPin);
  ASSERT_EQ(outcome.exitCode, 0) << outcome.errors;
  EXPECT_NO_THROW(open());
}

TEST_F(ToolTest, TokenInitRefusesAPinFileThatOthersMayRead) {
  std::filesystem::permissions(file("pin"), std::filesystem::perms::others_read,
                               std::filesystem::perm_options::add);
  expectRefused(initialise(), ExitCode::kPinRefused, "The new PIN could not be read");
  EXPECT_THAT(runTool({"token", "list", "--module", kModule}).output, Not(HasSubstr("strongroom")));
}

TEST_F(ToolTest, AsksNobodyForAPinWhereThereIsNoTerminal) {
  expectRefused(runTool({"token", "init", "--module", kModule, "--label", "strongroom"}),
                ExitCode::kPinRefused, "no terminal");
}

TEST_F(ToolTest, TokenInitRefusesAPinThatTheTokenDoesNotTakeBeforeItWrites) {
  writePrivately(file("pin"), "123");
  expectRefused(initialise(), ExitCode::kPinRefused,
                "the PIN has 3 bytes; the token takes 4 to 255");
  EXPECT_THAT(runTool({"token", "list", "--module", kModule}).output, Not(HasSubstr("strongroom")));
}

TEST_F(ToolTest, TokenInitRefusesOnePinForTwoPurposes) {
  writePrivately(file("pin"), kSoPin);
  expectRefused(initialise(), ExitCode::kPinRefused, "are the same");
}

TEST_F(ToolTest, TokenInitTellsScriptsTheSerialNumber) {
  const Outcome outcome =
      runTool({"token", "init", "--module", kModule, "--label", "strongroom", "--so-pin-file",
               file("so-pin"), "--pin-file", file("pin"), "--json"});
  ASSERT_EQ(outcome.exitCode, 0) << outcome.errors;
  EXPECT_THAT(outcome.output, HasSubstr("\"serial\": \"" + open()->describe().serial + "\""));
}

TEST_F(ToolTest, IdentityAddShowsTheSecretThatTheTokenDerives) {
  ASSERT_EQ(initialise().exitCode, 0);
  const Outcome outcome = add("alice", "administrator", {"--shell"});
  ASSERT_EQ(outcome.exitCode, 0) << outcome.errors;
  std::smatch parts;
  const std::regex lines(
      "export AWS_ACCESS_KEY_ID=(\\S{20})\nexport AWS_SECRET_ACCESS_KEY=(\\S{40})\n");
  ASSERT_TRUE(std::regex_match(outcome.output, parts, lines)) << outcome.output;

  const auto identity = keys::openSqliteStore(file("strongroom.db"))->findIdentity(parts[1]);
  ASSERT_TRUE(identity);
  EXPECT_EQ(identity->name, "alice");
  EXPECT_EQ(identity->role, keys::Role::kAdministrator);
  const auto hsm = open();
  const SecretBytes secret =
      auth::secretAccessKey(*hsm, parts[1], hsm::deadlineIn(std::chrono::seconds(5)));
  EXPECT_EQ(asText(secret.expose()), parts[2].str());
}

TEST_F(ToolTest, IdentityAddLeavesNoIdentityWhoseSecretNobodyRead) {
  ASSERT_EQ(initialise().exitCode, 0);
  const Outcome lost = runToolIntoClosedPipe(
      {"identity", "add", "ghost", "--role", "user", "--config", configure(), "--shell"});
  EXPECT_EQ(lost.exitCode, static_cast<int>(ExitCode::kOutput));
  EXPECT_THAT(lost.errors, HasSubstr("removed again"));
  EXPECT_TRUE(keys::openSqliteStore(file("strongroom.db"))->listIdentities().empty());
}

TEST_F(ToolTest, IdentityAddLeavesNoSecretInTheStore) {
  ASSERT_EQ(initialise().exitCode, 0);
  const std::string output = add("alice", "user", {"--shell"}).output;
  const std::string secret = output.substr(output.rfind('=') + 1, 40);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_.path())) {
    if (!entry.is_regular_file()) continue;
    std::ifstream stream(entry.path(), std::ios::binary);
    const std::string content{std::istreambuf_iterator<char>(stream), {}};
    EXPECT_THAT(content, Not(HasSubstr(secret))) << entry.path();
  }
}

TEST_F(ToolTest, IdentityAddKeepsOneRoleForOneName) {
  ASSERT_EQ(initialise().exitCode, 0);
  ASSERT_EQ(add("alice", "user").exitCode, 0);
  EXPECT_EQ(add("alice", "user").exitCode, 0) << "a second access key";
  expectRefused(add("alice", "administrator"), ExitCode::kRefused, "in the role 'user'");
}

TEST_F(ToolTest, IdentityAddRefusesNamesAndRolesThatAreNone) {
  expectRefused(add("a/b", "user"), ExitCode::kUsage, "name");
  expectRefused(add(std::string(65, 'a'), "user"), ExitCode::kUsage, "name");
  expectRefused(add("alice", "root"), ExitCode::kUsage, "role");
}

TEST_F(ToolTest, IdentityAddAddsNothingWhenThePinIsWrong) {
  ASSERT_EQ(initialise().exitCode, 0);
  writePrivately(file("pin"), "00000000");
  expectRefused(add("alice", "user"), ExitCode::kPinRefused, "PIN");
  EXPECT_TRUE(keys::openSqliteStore(file("strongroom.db"))->listIdentities().empty());
}

TEST_F(ToolTest, IdentitiesAreListedAndRemoved) {
  ASSERT_EQ(initialise().exitCode, 0);
  ASSERT_EQ(add("alice", "administrator").exitCode, 0);
  const std::string config = configure();
  const std::string id =
      keys::openSqliteStore(file("strongroom.db"))->listIdentities().at(0).accessKeyId;
  EXPECT_THAT(runTool({"identity", "list", "--config", config}).output,
              HasSubstr(id + "  alice  administrator"));
  EXPECT_THAT(runTool({"identity", "list", "--config", config, "--json"}).output,
              HasSubstr("\"name\": \"alice\", \"role\": \"administrator\""));

  const Outcome removed = runTool({"identity", "remove", id, "--config", config});
  EXPECT_EQ(removed.exitCode, 0);
  EXPECT_THAT(removed.errors, HasSubstr("no administrator is left"));
  EXPECT_EQ(runTool({"identity", "list", "--config", config, "--json"}).output, "[]\n");
  expectRefused(runTool({"identity", "remove", id, "--config", config}), ExitCode::kNotFound,
                "There is no access key");
}

TEST_F(ToolTest, IdentityListMakesNoStore) {
  expectRefused(runTool({"identity", "list", "--config", configure()}), ExitCode::kConfiguration,
                "There is no store");
  EXPECT_FALSE(std::filesystem::exists(file("strongroom.db")));
}

TEST_F(ToolTest, WhatOnlyLooksLeavesAStoreOfAnOlderReleaseAsItIs) {
  ASSERT_EQ(initialise().exitCode, 0);
  const auto version = [&] {
    SQLite::Database store(file("strongroom.db").string());
    return store.execAndGet("PRAGMA user_version").getInt();
  };
  {
    SQLite::Database store(file("strongroom.db").string(),
                           SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    keys::migrate(store, keys::schemaMigrations().first(2));
  }
  const std::string config = configure();
  for (const std::vector<std::string>& command : {std::vector<std::string>{"identity", "list"},
                                                  {"token", "objects"},
                                                  {"token", "retire", "--dry-run"}}) {
    std::vector<std::string> arguments = command;
    arguments.insert(arguments.end(), {"--config", config});
    expectRefused(runTool(arguments), ExitCode::kConfiguration, "older release");
    EXPECT_EQ(version(), 2) << command.back();
  }
  ASSERT_EQ(add("alice", "user").exitCode, 0) << "what changes the store brings it up";
  EXPECT_EQ(version(), static_cast<int>(keys::schemaMigrations().size()));
  EXPECT_EQ(runTool({"identity", "list", "--config", config}).exitCode, 0);
}

TEST_F(ToolTest, IdentityAddTellsScriptsTheSecret) {
  ASSERT_EQ(initialise().exitCode, 0);
  const Outcome outcome = add("alice", "user", {"--json"});
  ASSERT_EQ(outcome.exitCode, 0) << outcome.errors;
  EXPECT_TRUE(std::regex_match(
      outcome.output,
      std::regex("\\{\"accessKeyId\": \"\\S{20}\", \"secretAccessKey\": \"\\S{40}\", "
                 "\"name\": \"alice\", \"role\": \"user\"\\}\n")))
      << outcome.output;
}

TEST_F(ToolTest, HelpAndVersionAreNoErrorsAndWrongUsageIsOne) {
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"--help"}, {"token", "init", "--help"}, {"-h"}}) {
    const Outcome outcome = runTool(arguments);
    EXPECT_EQ(outcome.exitCode, 0);
    EXPECT_THAT(outcome.output, HasSubstr(":\n  strongroom ")) << "an example";
  }
  EXPECT_THAT(runTool({"--version"}).output, StartsWith("strongroom "));
  expectRefused(runTool({}), ExitCode::kUsage, "subcommand");
  expectRefused(runTool({"token", "erase"}), ExitCode::kUsage, "");
}

TEST_F(ToolTest, AResultThatNobodyReadIsAnError) {
  const Outcome lost = runToolIntoClosedPipe({"token", "list", "--module", kModule});
  EXPECT_EQ(lost.exitCode, static_cast<int>(ExitCode::kOutput));
}

}  // namespace
}  // namespace strongroom::tokens
