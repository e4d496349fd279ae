#include "service/keys/sqlite_schema.h"

#include <gtest/gtest.h>

#include "service/keys/sqlite_connection.h"
#include "tests/service/keys/store_fixture.h"

namespace strongroom::keys {
namespace {

constexpr const char* kFirst = "CREATE TABLE one (a INTEGER)";
constexpr const char* kSecond = "ALTER TABLE one ADD COLUMN b INTEGER";
constexpr const char* kBroken = "CREATE TABLE two (a INTEGER); CREATE NONSENSE";

class SqliteSchemaTest : public ::testing::Test {
 protected:
  std::filesystem::path path() const { return folder_.path() / "schema.db"; }
  int number(const char* query) { return database_.execAndGet(query).getInt(); }

  StoreFolder folder_;
  SQLite::Database database_{path().string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE};
};

TEST_F(SqliteSchemaTest, AnEmptyFileIsBroughtToTheNewestVersion) {
  migrate(database_, schemaMigrations());
  EXPECT_EQ(number("PRAGMA user_version"), static_cast<int>(schemaMigrations().size()));
  EXPECT_TRUE(database_.tableExists("keys"));
  EXPECT_TRUE(database_.tableExists("identities"));
}

TEST_F(SqliteSchemaTest, AnOlderSchemaKeepsItsDataAndGetsOnlyWhatItLacks) {
  migrate(database_, std::vector{kFirst});
  database_.exec("INSERT INTO one (a) VALUES (7)");
  migrate(database_, std::vector{kFirst, kSecond});
  EXPECT_EQ(number("PRAGMA user_version"), 2);
  EXPECT_EQ(number("SELECT a FROM one WHERE b IS NULL"), 7);
  EXPECT_NO_THROW(migrate(database_, std::vector{kFirst, kSecond})) << "nothing left to do";
}

TEST_F(SqliteSchemaTest, AMigrationThatFailsLeavesTheVersionBeforeItWhole) {
  EXPECT_THROW(migrate(database_, std::vector{kFirst, kBroken}), SQLite::Exception);
  EXPECT_EQ(number("PRAGMA user_version"), 1);
  EXPECT_FALSE(database_.tableExists("two"));
}

TEST_F(SqliteSchemaTest, ANewerSchemaIsRefusedAndUntouched) {
  migrate(database_, std::vector{kFirst, kSecond});
  EXPECT_THROW(migrate(database_, std::vector{kFirst}), StoreError);
  EXPECT_EQ(number("PRAGMA user_version"), 2);
}

TEST_F(SqliteSchemaTest, ADatabaseOfAnotherProgramIsRefused) {
  database_.exec("CREATE TABLE theirs (a INTEGER)");
  EXPECT_THROW(migrate(database_, schemaMigrations()), StoreError);
  database_.exec("PRAGMA user_version = 1");
  EXPECT_THROW(migrate(database_, schemaMigrations()), StoreError);
  EXPECT_FALSE(database_.tableExists("keys"));
}

TEST_F(SqliteSchemaTest, KeysOfAStoreOfOneTokenStayInItsFirst) {
  migrate(database_, schemaMigrations().first(2));
  database_.exec(
      "INSERT INTO token VALUES (1, 'abcd');"
      "INSERT INTO keys VALUES (x'0123456789abcdef0123456789abcdef', 1, '', '', 0, 2, NULL, 0, 0,"
      " 365, NULL);"
      "INSERT INTO key_versions VALUES (x'0123456789abcdef0123456789abcdef', 1, 1, 0, 0),"
      " (x'0123456789abcdef0123456789abcdef', 2, 0, 0, 2)");
  migrate(database_, schemaMigrations());
  EXPECT_EQ(number("SELECT count(*) FROM key_versions WHERE token = 1"), 2);
  EXPECT_EQ(number("SELECT number FROM tokens WHERE fingerprint = 'abcd'"), 1);
  EXPECT_FALSE(database_.tableExists("token"));
}

TEST_F(SqliteSchemaTest, ForeignKeysAndChecksAreInForce) {
  migrate(database_, schemaMigrations());
  Connection connection(path(), Connection::Access::kWrite);
  EXPECT_THROW(connection.query("INSERT INTO tags VALUES (?1, 'a', 'b')", keyId(1)).run(),
               SQLite::Exception);
  EXPECT_THROW(connection.query("INSERT INTO identities VALUES ('SRAK', 'a', 2, 0)").run(),
               SQLite::Exception);
  EXPECT_THROW(connection.query("INSERT INTO identities VALUES ('SRAK', 'a', 'x', 0)").run(),
               SQLite::Exception);  // STRICT
}

}  // namespace
}  // namespace strongroom::keys
