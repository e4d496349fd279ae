#include "tests/service/auth/identity_store.h"

#include <cstdlib>
#include <stdexcept>

#include "service/keys/sqlite_store.h"

namespace strongroom::auth {

namespace {

/// In memory where there is such a folder: the store waits for the disk at every commit.
std::filesystem::path parentFolder() {
  return std::filesystem::is_directory("/dev/shm") ? "/dev/shm"
                                                   : std::filesystem::temp_directory_path();
}

}  // namespace

IdentityStore::IdentityStore() {
  std::string pattern = (parentFolder() / "strongroom-auth-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make " + pattern);
  folder_ = pattern;
  store_ = keys::openSqliteStore(folder_ / "store.sqlite");
}

IdentityStore::~IdentityStore() {
  store_.reset();
  std::filesystem::remove_all(folder_);
}

}  // namespace strongroom::auth
