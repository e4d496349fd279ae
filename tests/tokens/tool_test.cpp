#include "tests/tokens/tool.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <regex>

#include "hsm/open_token.h"
#include "service/auth/access_key.h"
#include "service/keys/sqlite_store.h"
#include "tests/support/test_token.h"

namespace strongroom::tokens {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

const std::string kModule(testing::kSoftHsmModule);
const std::string kPin = "87654321";
const std::string kSoPin = "12345678";

/// The tool as administrators run it, on a SoftHSM of its own.
class ToolTest : public ::testing::Test {
 protected:
  ToolTest() {
    writePrivately(file("pin"), kPin + '\n');
    writePrivately(file("so-pin"), kSoPin + '\n');
  }

  std::filesystem::path file(const std::string& name) const { return folder_.path() / name; }

  Outcome initialise(const std::string& label = "strongroom") {
    return runTool({"token", "init", "--module", kModule, "--label", label, "--so-pin-file",
                    file("so-pin"), "--pin-file", file("pin")});
  }

  /// A configuration of strongroomd whose token is "strongroom".
  std::string configure() {
    const std::filesystem::path path = file("strongroomd.toml");
    writePrivately(path,
                   "[server]\ncertificate = \"c.pem\"\nprivate_key = \"k.pem\"\n"
                   "[aws]\nregion = \"us-east-1\"\naccount = \"000000000000\"\n"
                   "[token]\nmodule = \"" +
                       kModule +
                       "\"\nlabel = \"strongroom\"\npin_file = \"pin\"\n"
                       "[store]\npath = \"strongroom.db\"\n");
    return path;
  }

  Outcome add(const std::string& name, const std::string& role,
              std::vector<std::string> more = {}) {
    std::vector<std::string> arguments{"identity", "add",      name,       "--role",
                                       role,       "--config", configure()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return runTool(arguments);
  }

  static void expectRefused(const Outcome& outcome, int exitCode, const std::string& text) {
    EXPECT_EQ(outcome.exitCode, exitCode) << outcome.output << outcome.errors;
    EXPECT_THAT(outcome.errors, HasSubstr(text));
    EXPECT_THAT(outcome.output, IsEmpty());
  }

  testing::SoftHsmFolder folder_;
};

TEST_F(ToolTest, TokenInitMakesATokenThatOpensAndSaysWhatToDoNext) {
  const Outcome outcome = initialise();
  ASSERT_EQ(outcome.exitCode, 0) << outcome.errors;
  EXPECT_THAT(outcome.output, HasSubstr("Token 'strongroom' is ready"));
  EXPECT_THAT(outcome.output, HasSubstr("point [token] of strongroomd.toml at it"));
  EXPECT_NO_THROW(hsm::openToken({kModule, {.label = "strongroom", .serial = "", .uri = ""}, 1},
                                 SecretBytes(asBytes(kPin))));
}

TEST_F(ToolTest, TokenInitNeverTouchesATokenThatHasTheLabel) {
  ASSERT_EQ(initialise().exitCode, 0);
  const std::string before = runTool({"token", "list", "--module", kModule}).output;
  expectRefused(initialise(), 1, "A token labelled 'strongroom' exists already");
  EXPECT_EQ(runTool({"token", "list", "--module", kModule}).output, before);
}

TEST_F(ToolTest, TokenInitReadsAPinFromADescriptor) {
  const Outcome outcome = runTool({"token", "init", "--module", kModule, "--label", "strongroom",
                                   "--so-pin-file", file("so-pin"), "--pin-descriptor", "0"},
                                  kPin);
  ASSERT_EQ(outcome.exitCode, 0) << outcome.errors;
  EXPECT_NO_THROW(hsm::openToken({kModule, {.label = "strongroom", .serial = "", .uri = ""}, 1},
                                 SecretBytes(asBytes(kPin))));
}

TEST_F(ToolTest, TokenInitRefusesAPinFileThatOthersMayRead) {
  std::filesystem::permissions(file("pin"), std::filesystem::perms::others_read,
                               std::filesystem::perm_options::add);
  expectRefused(initialise(), 1, "The PIN could not be read");
  EXPECT_THAT(runTool({"token", "list", "--module", kModule}).output, Not(HasSubstr("strongroom")));
}

TEST_F(ToolTest, AsksNobodyForAPinWhereThereIsNoTerminal) {
  expectRefused(runTool({"token", "init", "--module", kModule, "--label", "strongroom"}), 1,
                "no terminal");
}

TEST_F(ToolTest, TakesNoPinAsAnArgument) {
  expectRefused(runTool({"token", "init", "--module", kModule, "--label", "x", "--pin", kPin}), 2,
                "--pin");
}

TEST_F(ToolTest, TokenListShowsTokensAndEmptySlots) {
  ASSERT_EQ(initialise().exitCode, 0);
  const std::string table = runTool({"token", "list", "--module", kModule}).output;
  EXPECT_THAT(table, StartsWith("SLOT"));
  EXPECT_THAT(table, HasSubstr("ready"));
  EXPECT_THAT(table, HasSubstr("empty"));
  const std::string json = runTool({"token", "list", "--module", kModule, "--json"}).output;
  EXPECT_THAT(json, HasSubstr("\"initialised\": true, \"label\": \"strongroom\""));
}

TEST_F(ToolTest, TokenListRefusesWhatIsNoModule) {
  expectRefused(runTool({"token", "list", "--module", file("pin")}), 1,
                "cannot load the PKCS#11 module");
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
  const auto hsm = hsm::openToken({kModule, {.label = "strongroom", .serial = "", .uri = ""}, 1},
                                  SecretBytes(asBytes(kPin)));
  const SecretBytes secret =
      auth::secretAccessKey(*hsm, parts[1], hsm::deadlineIn(std::chrono::seconds(5)));
  EXPECT_EQ(asText(secret.expose()), parts[2].str());
}

TEST_F(ToolTest, IdentityAddLeavesNoIdentityWhoseSecretNobodyRead) {
  ASSERT_EQ(initialise().exitCode, 0);
  const Outcome lost = runToolIntoClosedPipe(
      {"identity", "add", "ghost", "--role", "user", "--config", configure(), "--shell"});
  EXPECT_EQ(lost.exitCode, 1);
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
  expectRefused(add("alice", "administrator"), 1, "in the role 'user'");
}

TEST_F(ToolTest, IdentityAddRefusesNamesAndRolesThatAreNone) {
  expectRefused(add("a/b", "user"), 2, "name");
  expectRefused(add(std::string(65, 'a'), "user"), 2, "name");
  expectRefused(add("alice", "root"), 2, "role");
}

TEST_F(ToolTest, IdentityAddAddsNothingWhenThePinIsWrong) {
  ASSERT_EQ(initialise().exitCode, 0);
  writePrivately(file("pin"), "00000000");
  expectRefused(add("alice", "user"), 1, "PIN");
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
  expectRefused(runTool({"identity", "remove", id, "--config", config}), 1,
                "There is no access key");
}

TEST_F(ToolTest, HelpAndVersionAreNoErrorsAndWrongUsageIsOne) {
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"--help"},
                                             {"token", "init", "--help"},
                                             {"token", "list", "--help"},
                                             {"identity", "add", "--help"},
                                             {"identity", "list", "--help"},
                                             {"identity", "remove", "--help"}}) {
    const Outcome outcome = runTool(arguments);
    EXPECT_EQ(outcome.exitCode, 0);
    EXPECT_THAT(outcome.output, HasSubstr("Example:\n  strongroom "));
  }
  EXPECT_THAT(runTool({"--version"}).output, StartsWith("strongroom "));
  expectRefused(runTool({}), 2, "subcommand");
  expectRefused(runTool({"token", "erase"}), 2, "");
}

}  // namespace
}  // namespace strongroom::tokens
