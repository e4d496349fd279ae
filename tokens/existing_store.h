#pragma once

#include <filesystem>
#include <memory>

#include "service/keys/sqlite_store.h"

namespace strongroom::tokens {

/// Opens a store that is there. keys::openSqliteStore() makes one that is not, and an empty store
/// would say of every key that nobody needs it. Throws Failure, also for a store of an older
/// release when `use` is kLook; keys::StoreError.
std::unique_ptr<keys::MetadataStore> openExistingStore(const std::filesystem::path& path,
                                                       keys::StoreUse use);

}  // namespace strongroom::tokens
