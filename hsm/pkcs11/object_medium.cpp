#include "hsm/pkcs11/object_medium.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <string>
#include <system_error>

#include "hsm/error.h"
#include "hsm/pkcs11/profile.h"
#include "hsm/pkcs11/token_info.h"

namespace strongroom::hsm::pkcs11 {
namespace {

namespace fs = std::filesystem;

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kWhite = " \t\r";
  const std::size_t begin = text.find_first_not_of(kWhite);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kWhite) - begin + 1);
}

/// directories.tokendir of a SoftHSM configuration; the last one counts.
fs::path tokenFolderIn(const char* configuration) {
  fs::path folder;
  std::ifstream file(configuration);
  for (std::string line; std::getline(file, line);) {
    const std::string_view text = std::string_view(line).substr(0, line.find('#'));
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    if (trimmed(text.substr(0, equals)) == "directories.tokendir") {
      folder = trimmed(text.substr(equals + 1));
    }
  }
  return folder;
}

/// SoftHSM names a token's folder by a UUID, and its serial number is the end of that.
bool isFolderOf(std::string_view serial, std::string uuid) {
  std::erase(uuid, '-');
  return uuid.ends_with(serial);
}

/// Whether there is such a folder, and then its file system is written out. Throws when that fails.
bool syncFileSystemOf(const fs::path& folder) {
  // Opened each time: a descriptor that stays would keep the file system from being unmounted.
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return false;
  const int failure = ::syncfs(descriptor) == 0 ? 0 : errno;
  ::close(descriptor);
  if (failure != 0) {
    throw Error(ErrorCode::kFault, "the token's objects cannot be written to their medium: " +
                                       std::system_category().message(failure));
  }
  return true;
}

}  // namespace

fs::path softHsmObjectFolder(std::string_view serial) {
  const char* configuration = std::getenv("SOFTHSM2_CONF");
  if (configuration == nullptr || serial.empty()) return {};
  const fs::path tokens = tokenFolderIn(configuration);
  std::error_code unreadable;  // then the folder is not known
  for (fs::directory_iterator entry(tokens, unreadable), end; !unreadable && entry != end;
       entry.increment(unreadable)) {
    if (isFolderOf(serial, entry->path().filename())) return fs::absolute(entry->path());
  }
  return {};
}

ObjectMedium::ObjectMedium(const Profile& profile, const Token& token)
    : needed_(profile.objectsNeedSync),
      folder_(profile.objectFolder == nullptr ? fs::path() : profile.objectFolder(token.serial())) {
}

void ObjectMedium::makeDurable() const {
  if (!needed_ || (!folder_.empty() && syncFileSystemOf(folder_))) return;
  ::sync();  // which file system it is nobody knows: all of them
}

}  // namespace strongroom::hsm::pkcs11
