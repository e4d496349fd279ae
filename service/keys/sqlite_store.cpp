#include "service/keys/sqlite_store.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "service/keys/sqlite_metadata_store.h"
#include "service/keys/sqlite_schema.h"

namespace strongroom::keys {
namespace {

/// Enough that readers seldom wait on any machine we know, few enough to open without a thought.
constexpr std::size_t kReaders = 8;

/// Creates the file, empty and for its owner alone, before SQLite would by the umask; the WAL takes
/// over its mode. An existing file is not even opened: closing it again would drop the locks that
/// another connection of this process holds on it.
void createPrivately(const std::filesystem::path& path) {
  const int file = ::open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
  if (file >= 0) {
    ::close(file);
  } else if (errno != EEXIST) {
    throw StoreError(path.string() +
                     " cannot be created: " + std::system_category().message(errno));
  }
}

void requireSound(SQLite::Database& database) {
  const std::string verdict = database.execAndGet("PRAGMA quick_check(1)").getString();
  if (verdict != "ok") throw StoreError(database.getFilename() + " is damaged: " + verdict);
}

}  // namespace

SqliteMetadataStore::SqliteMetadataStore(const std::filesystem::path& path,
                                         std::chrono::milliseconds lockPatience, StoreUse use)
    : lockPatience_(lockPatience),
      writer_(path,
              use == StoreUse::kLook ? Connection::Access::kRead : Connection::Access::kWrite),
      readers_(path, kReaders) {
  requireSound(writer_.database());
  use == StoreUse::kLook ? requireMigrated(writer_.database(), schemaMigrations())
                         : migrate(writer_.database(), schemaMigrations());
}

std::unique_lock<hsm::DeadlineMutex> SqliteMetadataStore::lockWriter() {
  const auto deadline = hsm::deadlineIn(lockPatience_);
  std::unique_lock lock(writing_, deadline);
  if (!lock) throw StoreError("metadata store: busy with other changes");
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  writer_.setLockPatience(std::max(left, std::chrono::milliseconds(1)));
  return lock;
}

void SqliteMetadataStore::checkWritable(TimePoint now) {
  write([&](Connection& connection) {
    connection
        .query(
            "INSERT INTO heartbeat (id, checked) VALUES (1, ?1)"
            " ON CONFLICT (id) DO UPDATE SET checked = excluded.checked",
            now)
        .run();
  });
}

std::unique_ptr<MetadataStore> openSqliteStore(const std::filesystem::path& path,
                                               std::chrono::milliseconds lockPatience,
                                               StoreUse use) {
  if (use == StoreUse::kChange) createPrivately(path);
  try {
    return std::make_unique<SqliteMetadataStore>(path, lockPatience, use);
  } catch (const SQLite::Exception& error) {
    throw StoreError(path.string() + " cannot be opened as a metadata store: " + error.what());
  }
}

}  // namespace strongroom::keys
