#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "service/keys/metadata_store.h"

namespace strongroom::auth {

/// A metadata store with nothing in it, in a folder of its own that goes with it.
class IdentityStore {
 public:
  IdentityStore();
  ~IdentityStore();
  IdentityStore(const IdentityStore&) = delete;
  IdentityStore& operator=(const IdentityStore&) = delete;

  keys::MetadataStore& operator*() { return *store_; }
  keys::MetadataStore* operator->() { return store_.get(); }

 private:
  std::filesystem::path folder_;
  std::unique_ptr<keys::MetadataStore> store_;
};

}  // namespace strongroom::auth
