#include "service/keys/sqlite_connection.h"

#include <gtest/gtest.h>

#include "tests/service/keys/store_fixture.h"

namespace strongroom::keys {
namespace {

class SqliteConnectionTest : public ::testing::Test {
 protected:
  std::filesystem::path path() const { return folder_.path() / "connection.db"; }
  static std::string pragma(Connection& connection, const std::string& name) {
    return connection.database().execAndGet("PRAGMA " + name).getString();
  }

  StoreFolder folder_;
  Connection writer_{path(), Connection::Access::kWrite};
};

TEST_F(SqliteConnectionTest, DurabilityIsReallyOn) {
  Connection reader(path(), Connection::Access::kRead);
  for (Connection* connection : {&writer_, &reader}) {
    EXPECT_EQ(pragma(*connection, "journal_mode"), "wal");
    EXPECT_EQ(pragma(*connection, "synchronous"), "2");  // FULL
    EXPECT_EQ(pragma(*connection, "foreign_keys"), "1");
    EXPECT_EQ(pragma(*connection, "busy_timeout"), "5000");
  }
}

TEST_F(SqliteConnectionTest, AReaderCannotWrite) {
  writer_.database().exec("CREATE TABLE t (a INTEGER)");
  Connection reader(path(), Connection::Access::kRead);
  EXPECT_THROW(reader.query("INSERT INTO t VALUES (1)").run(), SQLite::Exception);
  EXPECT_NO_THROW(writer_.query("INSERT INTO t VALUES (1)").run());
}

TEST_F(SqliteConnectionTest, AReaderCreatesNoDatabase) {
  EXPECT_THROW(Connection(folder_.path() / "none.db", Connection::Access::kRead),
               SQLite::Exception);
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "none.db"));
}

TEST_F(SqliteConnectionTest, AQueryLeftInTheMiddleHoldsNothingOpen) {
  writer_.database().exec("CREATE TABLE t (a INTEGER); INSERT INTO t VALUES (1), (2)");
  Connection reader(path(), Connection::Access::kRead);
  {
    Query query = reader.query("SELECT a FROM t ORDER BY a");
    ASSERT_TRUE(query.next());
  }
  writer_.database().exec("INSERT INTO t VALUES (3)");
  // An open read would hold the checkpoint up (busy = 1).
  EXPECT_EQ(pragma(writer_, "wal_checkpoint(TRUNCATE)"), "0");
}

}  // namespace
}  // namespace strongroom::keys
