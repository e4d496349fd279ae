#pragma once

#include <SQLiteCpp/Database.h>

#include <span>

namespace strongroom::keys {

/// This program's migrations, in order: migration N brings a schema of version N to N+1. Released
/// ones are never edited; a change is a new one at the end.
std::span<const char* const> schemaMigrations();

/// Brings `database` up to the last of `migrations`, each in a transaction of its own together with
/// its new version (PRAGMA user_version), so that an interrupted one leaves the version before it.
/// Safe when several processes do it at once. Throws StoreError for a schema newer than the
/// migrations know and for a database that is not ours, SQLite::Exception for what SQLite reports.
void migrate(SQLite::Database& database, std::span<const char* const> migrations);

/// The same without the bringing up: throws besides OlderSchema for a schema that lacks migrations.
void requireMigrated(SQLite::Database& database, std::span<const char* const> migrations);

}  // namespace strongroom::keys
