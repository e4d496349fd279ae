#include "service/keys/sqlite_schema.h"

#include <SQLiteCpp/Transaction.h>

#include <string>

#include "service/keys/sqlite_store.h"

namespace strongroom::keys {
namespace {

/// "SRKM": tells our databases from those of other programs (PRAGMA application_id).
constexpr int kApplicationId = 0x53524b4d;

// Key ids are their 16 bytes, times whole milliseconds since the epoch, enumerations the numbers of
// records.h: keys.state 0 creating, 1 enabled, 2 disabled, 3 pending deletion, 4 destroying;
// key_versions.type 0 initial, 1 automatic, 2 on demand; identities.role 0 administrator, 1 user.
constexpr const char* kMigrations[] = {
    R"sql(
CREATE TABLE keys (
  id                   BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  state                INTEGER NOT NULL CHECK (state BETWEEN 0 AND 4),
  description          TEXT    NOT NULL,
  policy               TEXT    NOT NULL,
  created              INTEGER NOT NULL,
  current_version      INTEGER NOT NULL CHECK (current_version >= 0),
  deletion_date        INTEGER,
  pending_window_days  INTEGER NOT NULL CHECK (pending_window_days >= 0),
  rotation_enabled     INTEGER NOT NULL CHECK (rotation_enabled IN (0, 1)),
  rotation_period_days INTEGER NOT NULL CHECK (rotation_period_days > 0),
  next_rotation        INTEGER,
  CHECK ((state = 0) = (current_version = 0)),
  CHECK (state <> 3 OR deletion_date IS NOT NULL),
  CHECK (rotation_enabled = 0 OR next_rotation IS NOT NULL)
) STRICT;
CREATE VIEW visible_keys AS SELECT * FROM keys WHERE state BETWEEN 1 AND 3;
CREATE INDEX keys_by_deletion ON keys (deletion_date) WHERE state = 3;
CREATE INDEX keys_being_destroyed ON keys (id) WHERE state = 4;
CREATE INDEX keys_by_rotation ON keys (next_rotation) WHERE state = 1 AND rotation_enabled = 1;

CREATE TABLE key_versions (
  key     BLOB    NOT NULL REFERENCES keys (id) ON DELETE CASCADE,
  version INTEGER NOT NULL CHECK (version BETWEEN 1 AND 4294967295),
  ready   INTEGER NOT NULL CHECK (ready IN (0, 1)),
  created INTEGER NOT NULL,
  type    INTEGER NOT NULL CHECK (type BETWEEN 0 AND 2),
  PRIMARY KEY (key, version)
) STRICT, WITHOUT ROWID;
CREATE INDEX key_versions_intended ON key_versions (key, version) WHERE ready = 0;

CREATE TABLE aliases (
  name    TEXT    NOT NULL PRIMARY KEY CHECK (name LIKE 'alias/_%'),
  target  BLOB    NOT NULL REFERENCES keys (id) ON DELETE CASCADE,
  created INTEGER NOT NULL,
  updated INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX aliases_by_target ON aliases (target, name);

CREATE TABLE tags (
  key   BLOB NOT NULL REFERENCES keys (id) ON DELETE CASCADE,
  name  TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (key, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE identities (
  access_key_id TEXT    NOT NULL PRIMARY KEY CHECK (access_key_id <> ''),
  name          TEXT    NOT NULL CHECK (name <> ''),
  role          INTEGER NOT NULL CHECK (role IN (0, 1)),
  created       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- One row, rewritten to prove that the store can be written.
CREATE TABLE heartbeat (
  id      INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
  checked INTEGER NOT NULL
) STRICT;
)sql",
    R"sql(
-- One row: which token the keys of this store are in.
CREATE TABLE token (
  id          INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
  fingerprint TEXT    NOT NULL CHECK (fingerprint <> '')
) STRICT;
)sql",
    R"sql(
-- The tokens that the keys of this store are in. Number 1 is the first one that the store was used
-- with, and every version that is there before this migration is in it.
CREATE TABLE tokens (
  number      INTEGER NOT NULL PRIMARY KEY CHECK (number > 0),
  fingerprint TEXT    NOT NULL UNIQUE CHECK (fingerprint <> ''),
  label       TEXT    NOT NULL,
  serial      TEXT    NOT NULL
) STRICT;
INSERT INTO tokens SELECT 1, fingerprint, '', '' FROM token;
DROP TABLE token;
ALTER TABLE key_versions ADD COLUMN token INTEGER NOT NULL DEFAULT 1 CHECK (token > 0);
CREATE INDEX key_versions_by_token ON key_versions (token, key, version);
)sql",
};

int readNumber(SQLite::Database& database, const char* query) {
  return database.execAndGet(query).getInt();
}

void writePragma(SQLite::Database& database, const std::string& name, int value) {
  database.exec("PRAGMA " + name + " = " + std::to_string(value));
}

/// The schema's version, once it is sure that the schema is ours and not newer than `newest`.
int checkedVersion(SQLite::Database& database, int newest) {
  const int version = readNumber(database, "PRAGMA user_version");
  const bool empty =
      version == 0 && readNumber(database, "SELECT count(*) FROM sqlite_schema") == 0;
  if (!empty && readNumber(database, "PRAGMA application_id") != kApplicationId) {
    throw StoreError(database.getFilename() + " is a database of another program");
  }
  if (version > newest) {
    throw StoreError(database.getFilename() + " has schema version " + std::to_string(version) +
                     ", this program knows up to " + std::to_string(newest) +
                     ": it was written by a newer release");
  }
  return version;
}

}  // namespace

std::span<const char* const> schemaMigrations() {
  return kMigrations;
}

void migrate(SQLite::Database& database, std::span<const char* const> migrations) {
  const int newest = static_cast<int>(migrations.size());
  while (checkedVersion(database, newest) < newest) {
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
    // Read again: another process may have migrated while we waited for the lock.
    const int version = checkedVersion(database, newest);
    if (version == newest) return;
    database.exec(migrations[static_cast<std::size_t>(version)]);
    writePragma(database, "application_id", kApplicationId);
    writePragma(database, "user_version", version + 1);
    transaction.commit();
  }
}

void requireMigrated(SQLite::Database& database, std::span<const char* const> migrations) {
  const int newest = static_cast<int>(migrations.size());
  const int version = checkedVersion(database, newest);
  if (version == newest) return;
  throw OlderSchema(database.getFilename() + " has schema version " + std::to_string(version) +
                    ", this program reads version " + std::to_string(newest) + " alone");
}

}  // namespace strongroom::keys
