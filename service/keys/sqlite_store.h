#pragma once

#include <chrono>
#include <filesystem>
#include <memory>

#include "service/keys/metadata_store.h"

namespace strongroom::keys {

/// How long a change waits, in all, for other changes before it gives up.
inline constexpr std::chrono::milliseconds kLockPatience{5000};

/// Opens (and creates, mode 0600) the SQLite database at `path`: WAL, synchronous=FULL, foreign
/// keys, and the schema brought up to this program's version by migrations, each in a transaction.
/// Refuses a schema newer than it knows, and a database that fails SQLite's quick check. Several
/// processes may have it open. Throws StoreError.
std::unique_ptr<MetadataStore> openSqliteStore(
    const std::filesystem::path& path, std::chrono::milliseconds lockPatience = kLockPatience);

}  // namespace strongroom::keys
