#include <fstream>

#include "service/keys/sqlite_store.h"
#include "service/keys/token_fingerprint.h"
#include "tests/tokens/tool_fixture.h"

namespace strongroom::tokens {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const KeyRef kKey{.key = {.bytes = {std::byte{0xc0}, std::byte{0xff}, std::byte{0xee}}},
                  .version = 1};
const std::string kKeyName = "c0ffee00-0000-0000-0000-000000000000";
const std::string kKeyObjectId = "c0ffee0000000000000000000000000000000001";

hsm::Deadline soon() {
  return hsm::deadlineIn(std::chrono::seconds(30));
}

class TokenObjectsTest : public ToolFixture {
 protected:
  TokenObjectsTest() { EXPECT_EQ(initialise().exitCode, 0); }

  Outcome objects(std::vector<std::string> more = {}) {
    std::vector<std::string> arguments{"token",   "objects",    "--module",   kModule,
                                       "--label", "strongroom", "--pin-file", file("pin")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return runTool(arguments);
  }

  Outcome objectsAndStore() { return runTool({"token", "objects", "--config", configure()}); }

  /// A store of the token with a visible key of one version.
  std::unique_ptr<keys::MetadataStore> storeWith(const KeyRef& ref) {
    auto store = keys::openSqliteStore(file("strongroom.db"));
    const auto token = open();
    keys::requireSameToken(*store, *token, soon());
    keys::KeyRecord record;
    record.id = ref.key;
    store->recordIntent(record, {}, keys::kFirstToken);
    store->makeVisible(ref, {});
    return store;
  }
};

TEST_F(TokenObjectsTest, ShowsWhatIsOursAndWhatIsForeign) {
  open()->generateKey(kKey, soon());
  makeKeyByAnotherTool("--key-type AES:16 --label theirs --id 01");
  const Outcome outcome = objects();
  EXPECT_EQ(outcome.exitCode, 0) << outcome.output << outcome.errors;
  EXPECT_THAT(outcome.output, HasSubstr("CMK " + kKeyName + ", version 1"));
  EXPECT_THAT(outcome.output, HasSubstr("foreign"));
  EXPECT_THAT(outcome.output, HasSubstr("'theirs'"));
  EXPECT_THAT(outcome.output,
              HasSubstr("1 key versions, 1 binding key, 0 uncertain, 1 foreign; all as promised"));

  const std::string json = objects({"--json"}).output;
  EXPECT_THAT(json, HasSubstr("{\"owner\": \"cmk\", \"keyId\": \"" + kKeyName +
                              "\", \"version\": 1, \"kind\": \"AES secret key\""));
  EXPECT_THAT(json, HasSubstr("\"findings\": []"));
}

TEST_F(TokenObjectsTest, FindsEveryAttributeThatBreaksAPromise) {
  makeKeyByAnotherTool(
      "--key-type AES:16 --extractable --usage-wrap --usage-decrypt --label strongroom/" +
      kKeyName + "/1 --id " + kKeyObjectId);
  const Outcome outcome = objects();
  EXPECT_EQ(outcome.exitCode, static_cast<int>(ExitCode::kFindings));
  EXPECT_THAT(outcome.output, HasSubstr("NOT AS PROMISED"));
  for (const char* fault :
       {"CKA_VALUE_LEN is 16 and not 32", "CKA_EXTRACTABLE is true", "CKA_MODIFIABLE is true",
        "CKA_DECRYPT is true", "CKA_NEVER_EXTRACTABLE is false"}) {
    EXPECT_THAT(outcome.output, HasSubstr(fault));
  }
}

TEST_F(TokenObjectsTest, FindsANameThatIsTakenTwice) {
  open()->generateKey(kKey, soon());
  makeKeyByAnotherTool("--key-type AES:32 --label strongroom/" + kKeyName + "/1 --id " +
                       kKeyObjectId);
  const Outcome outcome = objects();
  EXPECT_EQ(outcome.exitCode, static_cast<int>(ExitCode::kFindings));
  EXPECT_THAT(outcome.output, HasSubstr("another object has the same name"));
}

TEST_F(TokenObjectsTest, CallsUncertainWhatOnlyLooksLikeOurs) {
  makeKeyByAnotherTool("--key-type AES:32 --label strongroom/" + kKeyName + "/1 --id 01");
  makeKeyByAnotherTool("--key-type AES:32 --id " + kKeyObjectId);
  const Outcome outcome = objects();
  EXPECT_EQ(outcome.exitCode, static_cast<int>(ExitCode::kFindings));
  EXPECT_THAT(outcome.output, HasSubstr("0 key versions, 1 binding key, 2 uncertain"));
  EXPECT_THAT(outcome.output, HasSubstr("its id does not name the same key version"));
  EXPECT_THAT(outcome.output, HasSubstr("it has no label"));
}

TEST_F(TokenObjectsTest, ComparesTheTokenWithTheStore) {
  open()->generateKey(kKey, soon());
  storeWith(kKey);
  const Outcome good = objectsAndStore();
  EXPECT_EQ(good.exitCode, 0) << good.output << good.errors;
  EXPECT_THAT(good.output, HasSubstr("compared with the store"));

  open()->destroyKey(kKey, soon());
  const Outcome missing = objectsAndStore();
  EXPECT_EQ(missing.exitCode, static_cast<int>(ExitCode::kFindings));
  EXPECT_THAT(missing.output, HasSubstr("the store has it, and the token does not"));

  const KeyRef next{.key = kKey.key, .version = 2};
  open()->generateKey(next, soon());
  EXPECT_THAT(objectsAndStore().output, HasSubstr("the token has it, and no record names it"));
}

TEST_F(TokenObjectsTest, ToldOfAnIntentThatACrashLeft) {
  auto store = storeWith(kKey);
  open()->generateKey(kKey, soon());
  store->recordVersionIntent({.ref = {.key = kKey.key, .version = 2},
                              .ready = false,
                              .created = {},
                              .type = keys::RotationType::kOnDemand});
  const Outcome outcome = objectsAndStore();
  EXPECT_EQ(outcome.exitCode, static_cast<int>(ExitCode::kFindings));
  EXPECT_THAT(outcome.output, HasSubstr("begun and never finished; it has no object"));
  EXPECT_THAT(outcome.output, Not(HasSubstr("the token does not"))) << "an intent lacks it rightly";
}

TEST_F(TokenObjectsTest, SaysThatAStoreBelongsToAnotherTokenAndComparesNoFurther) {
  keys::openSqliteStore(file("strongroom.db"))
      ->recordFirstToken({.fingerprint = "of another token", .label = "other", .serial = "1"});
  open()->generateKey(kKey, soon());
  const Outcome outcome = objectsAndStore();
  EXPECT_EQ(outcome.exitCode, static_cast<int>(ExitCode::kFindings));
  EXPECT_THAT(outcome.output, HasSubstr("belongs to another token"));
  EXPECT_THAT(outcome.output, Not(HasSubstr("no record names it")));
}

TEST_F(TokenObjectsTest, LooksIntoTheTokenOfTheTableThatIsNamed) {
  storeWith(kKey);
  ASSERT_EQ(initialise("further").exitCode, 0);
  const std::string config = configure();
  std::ofstream(config, std::ios::app)
      << "[token.other]\nmodule = \"" << kModule << "\"\nlabel = \"further\"\npin_file = \"pin\"\n";
  const Outcome other = runTool({"token", "objects", "--config", config, "--token", "other"});
  EXPECT_THAT(other.output, HasSubstr("Token 'further'")) << other.errors;
  expectRefused(runTool({"token", "objects", "--config", config, "--token", "third"}),
                ExitCode::kNotFound, "It has [token] and [token.other]");
}

TEST_F(TokenObjectsTest, MakesNoStoreWhereThereIsNone) {
  expectRefused(objectsAndStore(), ExitCode::kConfiguration, "There is no store");
  EXPECT_FALSE(std::filesystem::exists(file("strongroom.db")));
}

}  // namespace
}  // namespace strongroom::tokens
