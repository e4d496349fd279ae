#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>

#include "service/keys/metadata_store.h"
#include "service/keys/sqlite_store.h"
#include "tests/support/manual_clock.h"

namespace strongroom::keys {

/// A folder of its own, gone with the object.
class StoreFolder {
 public:
  StoreFolder();
  ~StoreFolder();
  StoreFolder(const StoreFolder&) = delete;
  StoreFolder& operator=(const StoreFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// The key id whose last two bytes are `number`, big endian, so that ids sort as their numbers do.
KeyId keyId(unsigned number);

/// A key that is being created, with every field that a caller sets filled in.
KeyRecord newKey(unsigned number, TimePoint created);

/// Tests with a store on disk, which can be opened again as after a restart.
class StoreTest : public ::testing::Test {
 protected:
  StoreTest() { reopen(); }
  void reopen();
  std::filesystem::path databasePath() const { return folder_.path() / "metadata.db"; }
  std::unique_ptr<MetadataStore> openAnother() const { return openSqliteStore(databasePath()); }

  /// Makes a key in the store alone, as Lifecycle would, and returns it enabled.
  KeyRecord addKey(unsigned number, const std::vector<Tag>& tags = {});
  void schedule(unsigned number, TimePoint deletion);

  testing::ManualClock clock_;
  StoreFolder folder_;
  std::unique_ptr<MetadataStore> store_;
};

}  // namespace strongroom::keys
