#include "tokens/existing_store.h"

#include <string>

#include "tokens/failure.h"

namespace strongroom::tokens {

std::unique_ptr<keys::MetadataStore> openExistingStore(const std::filesystem::path& path,
                                                       keys::StoreUse use) {
  std::error_code unreadable;
  if (!std::filesystem::is_regular_file(path, unreadable)) {
    throw Failure(
        "There is no store at " + path.string() + ".",
        "Check [store] path of the configuration, and run this as the user of the service.",
        ExitCode::kConfiguration);
  }
  try {
    return keys::openSqliteStore(path, keys::kLockPatience, use);
  } catch (const keys::OlderSchema& error) {
    throw Failure(std::string("The store is of an older release: ") + error.what() +
                      ". This command changes nothing, and left it so.",
                  "Start strongroomd of this release, which brings the store up to date, or use "
                  "the strongroom of the older one.",
                  ExitCode::kConfiguration);
  }
}

}  // namespace strongroom::tokens
