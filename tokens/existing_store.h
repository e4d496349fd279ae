#pragma once

#include <filesystem>
#include <memory>

#include "service/keys/metadata_store.h"

namespace strongroom::tokens {

/// Opens a store that is there. keys::openSqliteStore() makes one that is not, and an empty store
/// would say of every key that nobody needs it. Throws Failure, keys::StoreError.
std::unique_ptr<keys::MetadataStore> openExistingStore(const std::filesystem::path& path);

}  // namespace strongroom::tokens
