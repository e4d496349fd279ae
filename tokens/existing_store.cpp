#include "tokens/existing_store.h"

#include "service/keys/sqlite_store.h"
#include "tokens/failure.h"

namespace strongroom::tokens {

std::unique_ptr<keys::MetadataStore> openExistingStore(const std::filesystem::path& path) {
  std::error_code unreadable;
  if (!std::filesystem::is_regular_file(path, unreadable)) {
    throw Failure(
        "There is no store at " + path.string() + ".",
        "Check [store] path of the configuration, and run this as the user of the service.",
        ExitCode::kConfiguration);
  }
  return keys::openSqliteStore(path);
}

}  // namespace strongroom::tokens
