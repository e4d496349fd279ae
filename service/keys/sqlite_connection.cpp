#include "service/keys/sqlite_connection.h"

#include "service/keys/metadata_store.h"
#include "service/keys/sqlite_store.h"

namespace strongroom::keys {
namespace {

/// NOMUTEX: one thread at a time uses a connection, so SQLite need not lock it again.
int openFlags(Connection::Access access) {
  const int flags = SQLite::OPEN_READWRITE | SQLite::OPEN_NOMUTEX;
  return access == Connection::Access::kWrite ? flags | SQLite::OPEN_CREATE : flags;
}

}  // namespace

Connection::Connection(const std::filesystem::path& path, Access access)
    : database_(path.string(), openFlags(access),
                std::chrono::milliseconds(kLockPatience).count()) {
  const std::string mode = database_.execAndGet("PRAGMA journal_mode = WAL").getString();
  if (mode != "wal") {
    throw StoreError(path.string() + " cannot use SQLite's WAL: it stays in mode " + mode);
  }
  // FULL: in WAL, NORMAL may lose the last commits with the power, and with them a CMK's record.
  database_.exec("PRAGMA synchronous = FULL");
  database_.exec("PRAGMA foreign_keys = ON");
  database_.exec("PRAGMA trusted_schema = OFF");
  // A reader opens the file for writing all the same: the WAL's index is written by readers too.
  if (access == Access::kRead) database_.exec("PRAGMA query_only = ON");
}

SQLite::Statement& Connection::prepared(Sql sql) {
  const auto found = statements_.find(sql.text());
  if (found != statements_.end()) return found->second;
  return statements_.try_emplace(sql.text(), database_, sql.text()).first->second;
}

}  // namespace strongroom::keys
