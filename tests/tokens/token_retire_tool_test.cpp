#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hsm/administration.h"
#include "service/keys/sqlite_store.h"
#include "tests/tokens/tool_fixture.h"

namespace strongroom::tokens {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

const KeyRef kKey{.key = {.bytes = {std::byte{0xc0}, std::byte{0xff}, std::byte{0xee}}},
                  .version = 1};

hsm::Deadline soon() {
  return hsm::deadlineIn(std::chrono::seconds(30));
}

/// A token that was in service: with a store of its own and one access key.
class TokenRetireTest : public ToolFixture {
 protected:
  TokenRetireTest() {
    EXPECT_EQ(initialise().exitCode, 0);
    EXPECT_EQ(add("alice", "administrator").exitCode, 0);
    serial_ = open()->describe().serial;
  }

  Outcome retire(std::vector<std::string> more = {}) {
    std::vector<std::string> arguments{"token", "retire", "--config", configure()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return runTool(arguments);
  }

  Outcome retireConfirmed(std::vector<std::string> more = {}) {
    more.insert(more.end(), {"--confirm", serial_});
    return retire(more);
  }

  /// The labels of all objects in the token.
  std::vector<std::string> labels() const {
    const auto token = hsm::openTokenObjects(
        {kModule, {.label = "strongroom", .serial = "", .uri = ""}, 1}, SecretBytes(asBytes(kPin)));
    std::vector<std::string> all;
    for (const hsm::TokenObject& object : token->list({})) all.push_back(object.label);
    return all;
  }

  void expectUntouched() const {
    EXPECT_THAT(labels(), ::testing::Contains("strongroom/binding-key"));
  }

  std::string serial_;
};

TEST_F(TokenRetireTest, DestroysWhatIsOursAndLeavesTheRestAlone) {
  makeKeyByAnotherTool("--key-type AES:32 --label theirs --id 01");
  makeKeyByAnotherTool("--key-type AES:32 --id c0ffee0000000000000000000000000000000001");
  const Outcome outcome = retireConfirmed();
  ASSERT_EQ(outcome.exitCode, 0) << outcome.output << outcome.errors;
  EXPECT_THAT(labels(), UnorderedElementsAre("theirs", ""));
  EXPECT_THAT(outcome.output, HasSubstr("1 access keys of the store stop working"));
  EXPECT_THAT(outcome.output, HasSubstr("Destroyed 1 objects"));

  const Outcome again = retireConfirmed();
  EXPECT_EQ(again.exitCode, 0) << again.errors;
  EXPECT_THAT(again.output, HasSubstr("Nothing to do"));
}

TEST_F(TokenRetireTest, WantsTheSerialNumberTyped) {
  const std::vector<std::string> arguments{"token", "retire", "--config", configure()};
  const std::string prompt = "to destroy these objects: ";
  const Outcome wrong = runToolAtTerminal(arguments, {{prompt, "yes"}});
  EXPECT_EQ(wrong.exitCode, static_cast<int>(ExitCode::kRefused)) << wrong.output;
  EXPECT_THAT(wrong.output, HasSubstr("'yes' is not the serial number of this token"));
  expectUntouched();

  const Outcome right = runToolAtTerminal(arguments, {{prompt, serial_}});
  EXPECT_EQ(right.exitCode, 0) << right.output;
  EXPECT_THAT(labels(), IsEmpty());
}

TEST_F(TokenRetireTest, RefusesAnotherSerialNumberAndNoTerminal) {
  EXPECT_EQ(retire({"--confirm", serial_ + "0"}).exitCode, static_cast<int>(ExitCode::kRefused));
  EXPECT_EQ(retire().exitCode, static_cast<int>(ExitCode::kRefused));
  expectUntouched();
}

TEST_F(TokenRetireTest, RefusesWhileTheStoreHasAKeyVersion) {
  open()->generateKey(kKey, soon());
  const auto store = keys::openSqliteStore(file("strongroom.db"));
  keys::KeyRecord record;
  record.id = kKey.key;
  store->recordIntent(record, {}, keys::kFirstToken);
  expectRefused(retireConfirmed(), ExitCode::kRefused, "The store has 1 key versions");
  store->makeVisible(kKey, {});
  expectRefused(retireConfirmed({"--unrecorded-keys", "1"}), ExitCode::kRefused,
                "c0ffee00-0000-0000-0000-000000000000 version 1");
  expectUntouched();
}

TEST_F(TokenRetireTest, RefusesTheFirstTokenWhileAnotherHoldsKeysOfTheStore) {
  const auto store = keys::openSqliteStore(file("strongroom.db"));
  const keys::TokenNumber second =
      store->recordToken({.fingerprint = "of the second", .label = "second", .serial = "2"});
  keys::KeyRecord record;
  record.id = kKey.key;
  store->recordIntent(record, {}, second);
  expectRefused(retireConfirmed(), ExitCode::kRefused,
                "the token 'second' still holds keys of the store");
  store->makeVisible(kKey, {});
  expectRefused(retireConfirmed(), ExitCode::kRefused, "no access key works");
  expectUntouched();
  store->updateKey(kKey.key, [](keys::KeyRecord& key) { key.state = keys::KeyState::kDestroying; });
  store->forgetKey(kKey.key);
  EXPECT_EQ(retireConfirmed().exitCode, 0);
  EXPECT_THAT(labels(), IsEmpty());
}

TEST_F(TokenRetireTest, RefusesKeysThatOnlyAnOlderStoreForgot) {
  open()->generateKey(kKey, soon());
  expectRefused(retireConfirmed(), ExitCode::kRefused, "1 key versions that no record names");
  expectRefused(retireConfirmed({"--unrecorded-keys", "2"}), ExitCode::kRefused, "2 were expected");
  expectUntouched();
  EXPECT_EQ(retireConfirmed({"--unrecorded-keys", "1"}).exitCode, 0);
  EXPECT_THAT(labels(), IsEmpty());
}

TEST_F(TokenRetireTest, RefusesAStoreThatIsNotThere) {
  std::filesystem::remove(file("strongroom.db"));
  expectRefused(retireConfirmed(), ExitCode::kConfiguration, "There is no store");
  EXPECT_FALSE(std::filesystem::exists(file("strongroom.db")));
  expectUntouched();
}

TEST_F(TokenRetireTest, RefusesAStoreThatProvesNothing) {
  std::filesystem::remove(file("strongroom.db"));
  keys::openSqliteStore(file("strongroom.db"));
  expectRefused(retireConfirmed(), ExitCode::kRefused, "never used with a token");
  keys::openSqliteStore(file("strongroom.db"))
      ->recordFirstToken({.fingerprint = "of another token", .label = "other", .serial = "1"});
  expectRefused(retireConfirmed(), ExitCode::kRefused, "belongs to another token");
  expectUntouched();
}

TEST_F(TokenRetireTest, RefusesWhileTheServiceMayBeRunning) {
  const int service = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port_);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int reuse = 1;
  ::setsockopt(service, SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof reuse);  // as the service does
  ASSERT_EQ(::bind(service, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::listen(service, 1), 0);
  expectRefused(retireConfirmed(), ExitCode::kRefused, "strongroomd may be running");
  expectUntouched();
  ::close(service);
  EXPECT_EQ(retireConfirmed().exitCode, 0);
}

TEST_F(TokenRetireTest, ADryRunShowsAndChangesNothing) {
  const Outcome outcome = retire({"--dry-run", "--json"});
  EXPECT_EQ(outcome.exitCode, 0) << outcome.errors;
  EXPECT_THAT(outcome.output, HasSubstr("\"dryRun\": true"));
  EXPECT_THAT(outcome.output, HasSubstr("\"toBeDestroyed\": [\n    {\"owner\": \"bindingKey\""));
  expectUntouched();
  expectRefused(retire({"--json"}), ExitCode::kUsage, "--json needs --confirm or --dry-run");
}

}  // namespace
}  // namespace strongroom::tokens
