#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <string_view>

#include "hsm/administration.h"

namespace strongroom::hsm {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kEnding = ".module";

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kWhite = " \t\r";
  const std::size_t begin = text.find_first_not_of(kWhite);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kWhite) - begin + 1);
}

/// The value of `module:` in a file of the registry, "" when it has none (the key `remote:` names a
/// command in its stead).
std::string libraryIn(const fs::path& file) {
  std::ifstream stream(file);
  for (std::string line; std::getline(stream, line);) {
    const std::string_view text = trimmed(line);
    const std::size_t colon = text.find(':');
    if (text.starts_with('#') || colon == std::string_view::npos) continue;
    if (trimmed(text.substr(0, colon)) == "module") {
      return std::string(trimmed(text.substr(colon + 1)));
    }
  }
  return "";
}

fs::path userFolder() {
  if (const char* config = std::getenv("XDG_CONFIG_HOME"); config != nullptr && *config == '/') {
    return fs::path(config) / "pkcs11/modules";
  }
  const char* home = std::getenv("HOME");
  return home == nullptr ? fs::path() : fs::path(home) / ".config/pkcs11/modules";
}

}  // namespace

RegistryFolders RegistryFolders::ofThisMachine() {
  RegistryFolders folders{.entries = {}, .libraries = STRONGROOM_P11_MODULE_PATH};
  if (fs::path user = userFolder(); ::geteuid() != 0 && !user.empty()) {
    folders.entries.push_back(std::move(user));
  }
  folders.entries.emplace_back(STRONGROOM_P11_SYSTEM_MODULES);
  folders.entries.emplace_back(STRONGROOM_P11_PACKAGE_MODULES);
  return folders;
}

std::vector<RegisteredModule> registeredModules(const RegistryFolders& folders) {
  std::map<std::string, fs::path> found;
  for (const fs::path& folder : folders.entries) {
    std::error_code missing;  // none of the folders has to be there
    for (const auto& entry : fs::directory_iterator(folder, missing)) {
      const std::string file = entry.path().filename().string();
      if (!file.ends_with(kEnding) || file.starts_with('.')) continue;
      const std::string library = libraryIn(entry.path());
      // A relative path stays empty when it is: "" is no file in the folder of libraries.
      const fs::path path = library.empty() ? fs::path() : folders.libraries / library;
      // A more important folder may say nothing of the path: then the next one does.
      fs::path& known = found[file.substr(0, file.size() - kEnding.size())];
      if (known.empty()) known = path;
    }
  }
  std::vector<RegisteredModule> modules;
  for (auto& [name, path] : found) modules.push_back({.name = name, .path = std::move(path)});
  return modules;
}

}  // namespace strongroom::hsm
