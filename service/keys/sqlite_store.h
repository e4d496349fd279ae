#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>

#include "service/keys/metadata_store.h"

namespace strongroom::keys {

/// How long a change waits, in all, for other changes before it gives up.
inline constexpr std::chrono::milliseconds kLockPatience{5000};

enum class StoreUse : std::uint8_t {
  kChange,
  kLook,  ///< nothing may change: the store is neither created nor its schema brought up
};

/// The schema of a store that was opened to look is of an older release.
class OlderSchema : public StoreError {
 public:
  using StoreError::StoreError;
};

/// Opens (and creates, mode 0600) the SQLite database at `path`: WAL, synchronous=FULL, foreign
/// keys, and the schema brought up to this program's version by migrations, each in a transaction.
/// Refuses a schema newer than it knows, and a database that fails SQLite's quick check. Several
/// processes may have it open. Throws StoreError; OlderSchema when `use` is kLook.
std::unique_ptr<MetadataStore> openSqliteStore(
    const std::filesystem::path& path, std::chrono::milliseconds lockPatience = kLockPatience,
    StoreUse use = StoreUse::kChange);

}  // namespace strongroom::keys
