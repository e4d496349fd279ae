#include "service/keys/sqlite_store.h"

#include <SQLiteCpp/Database.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <fstream>
#include <future>
#include <thread>

#include "tests/service/keys/store_fixture.h"

namespace strongroom::keys {
namespace {

using namespace std::chrono_literals;

constexpr int kThreads = 4;

/// Runs `work(thread number)` on several threads at once and waits for all.
template <class Work>
void onThreads(const Work& work) {
  std::vector<std::jthread> threads;
  for (int i = 0; i < kThreads; ++i) threads.emplace_back([&work, i] { work(i); });
}

mode_t modeOf(const std::filesystem::path& path) {
  struct stat status {};
  EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
  return status.st_mode & 0777;
}

class SqliteStoreTest : public StoreTest {};

TEST_F(SqliteStoreTest, TheDatabaseAndItsLogAreForTheOwnerAlone) {
  const mode_t before = ::umask(0);
  const auto path = folder_.path() / "open-umask.db";
  const auto store = openSqliteStore(path);
  store->checkWritable(clock_.now());
  ::umask(before);
  EXPECT_EQ(modeOf(path), 0600U);
  EXPECT_EQ(modeOf(path.string() + "-wal"), 0600U);
  EXPECT_EQ(modeOf(path.string() + "-shm"), 0600U);
}

TEST_F(SqliteStoreTest, AFolderThatIsNotThereIsAStoreErrorNamingThePath) {
  try {
    openSqliteStore(folder_.path() / "nowhere" / "metadata.db");
    FAIL() << "opened";
  } catch (const StoreError& error) {
    EXPECT_NE(std::string(error.what()).find("nowhere/metadata.db"), std::string::npos);
  }
}

TEST_F(SqliteStoreTest, AFileThatIsNoDatabaseIsRefused) {
  const auto path = folder_.path() / "text.db";
  std::ofstream(path) << std::string(8192, 'x');
  EXPECT_THROW(openSqliteStore(path), StoreError);
}

TEST_F(SqliteStoreTest, ADamagedDatabaseIsRefused) {
  for (unsigned number = 0; number < 200; ++number) addKey(number);
  store_.reset();  // the last connection to close empties the log into the file
  {
    std::fstream file(databasePath(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(4096);
    file << std::string(3 * 4096, '\xff');
  }
  EXPECT_THROW(openSqliteStore(databasePath()), StoreError);
}

TEST_F(SqliteStoreTest, ANewerSchemaIsRefused) {
  store_.reset();
  SQLite::Database(databasePath().string(), SQLite::OPEN_READWRITE)
      .exec("PRAGMA user_version = 99");
  EXPECT_THROW(openSqliteStore(databasePath()), StoreError);
}

TEST_F(SqliteStoreTest, CheckWritableFailsWhileAnotherHoldsTheWriteLock) {
  SQLite::Database other(databasePath().string(), SQLite::OPEN_READWRITE);
  EXPECT_NO_THROW(store_->checkWritable(clock_.now()));
  other.exec("BEGIN IMMEDIATE");
  EXPECT_THROW(store_->checkWritable(clock_.now()), StoreError);
  EXPECT_NO_THROW(store_->listKeys({}, 1)) << "readers wait for no writer";
  other.exec("ROLLBACK");
  EXPECT_NO_THROW(store_->checkWritable(clock_.now()));
}

TEST_F(SqliteStoreTest, SeveralProcessesMayCreateTheDatabaseAtOnce) {
  const auto path = folder_.path() / "fresh.db";
  std::atomic<int> opened{0};
  onThreads([&](int thread) {
    const auto store = openSqliteStore(path);
    store->addIdentity({"SRAK" + std::to_string(thread), "name", Role::kUser, clock_.now()});
    ++opened;
  });
  EXPECT_EQ(opened, kThreads);
  EXPECT_EQ(openSqliteStore(path)->listIdentities().size(), std::size_t{kThreads});
}

TEST_F(SqliteStoreTest, OneOfSeveralConnectionsRacingForAnAliasWins) {
  for (unsigned number = 0; number < kThreads; ++number) addKey(number);
  for (int round = 0; round < 10; ++round) {
    const std::string name = "alias/" + std::to_string(round);
    std::atomic<int> winners{0};
    onThreads([&](int thread) {
      const auto mine = openAnother();
      const Alias alias{name, keyId(static_cast<unsigned>(thread)), clock_.now(), clock_.now()};
      if (mine->createAlias(alias, [](const KeyRecord&, std::size_t) {}) == true) ++winners;
    });
    EXPECT_EQ(winners, 1);
    EXPECT_TRUE(store_->findAlias(name));
  }
}

TEST_F(SqliteStoreTest, ConcurrentChangesOfOneRecordAreAllKept) {
  constexpr int kRounds = 25;
  addKey(1);
  store_->updateKey(keyId(1), [](KeyRecord& key) { key.description.clear(); });
  const auto other = openAnother();  // as of another process: half of the threads use it
  std::atomic<bool> done{false};
  std::jthread reader([&] {
    std::size_t longest = 0;
    while (!done) {
      const std::size_t length = store_->findKey(keyId(1))->description.size();
      EXPECT_GE(length, longest) << "a later read saw an earlier state";
      longest = length;
    }
  });
  onThreads([&](int thread) {
    MetadataStore& store = thread % 2 == 0 ? *store_ : *other;
    for (int round = 0; round < kRounds; ++round) {
      store.updateKey(keyId(1), [](KeyRecord& key) { key.description += 'x'; });
    }
  });
  done = true;
  reader.join();
  EXPECT_EQ(store_->findKey(keyId(1))->description.size(), std::size_t{kThreads * kRounds});
}

TEST_F(SqliteStoreTest, AChangeThatWaitsTooLongForOthersGivesUp) {
  addKey(1);
  const auto store = openSqliteStore(databasePath(), 20ms);
  std::promise<void> begun;
  std::promise<void> released;
  std::jthread other([&] {
    store->updateKey(keyId(1), [&](KeyRecord&) {
      begun.set_value();
      released.get_future().wait_for(2s);  // ends by itself where the change waits for it
    });
  });
  begun.get_future().wait();
  EXPECT_THROW(store->checkWritable(clock_.now()), StoreError);
  EXPECT_TRUE(store->findKey(keyId(1))) << "readers do not wait";
  released.set_value();
  other.join();
  EXPECT_NO_THROW(store->checkWritable(clock_.now()));
}

TEST_F(SqliteStoreTest, MoreThreadsThanReadersReadAtOnce) {
  addKey(1);
  store_->createAlias({"alias/a", keyId(1), clock_.now(), clock_.now()},
                      [](const KeyRecord&, std::size_t) {});
  std::vector<std::jthread> threads;
  std::atomic<int> found{0};
  for (int i = 0; i < 20; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 200; ++round)
        found += store_->findKeyByAlias("alias/a").has_value();
    });
  }
  threads.clear();
  EXPECT_EQ(found, 20 * 200);
}

}  // namespace
}  // namespace strongroom::keys
