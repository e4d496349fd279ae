#include "tests/support/test_token.h"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace strongroom::testing {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kTokenFolderPlace = "@TOKEN_DIR@";

/// In memory where there is such a folder: SoftHSM rewrites a key's file 36 times to create it.
fs::path makeFolder() {
  const fs::path parent = fs::is_directory("/dev/shm") ? "/dev/shm" : fs::temp_directory_path();
  std::string name = (parent / "strongroom-token-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp failed for " + name);
  return name;
}

std::string readText(const fs::path& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot read " + path.string());
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

SoftHsmFolder::SoftHsmFolder(const fs::path& configuration) : path_(makeFolder()) {
  fs::create_directory(tokens());
  const fs::path ordinary = fs::path(STRONGROOM_SOFTHSM_CONFIG_DIR) / "ordinary.conf.in";
  std::string text = readText(configuration.empty() ? ordinary : configuration);
  const std::size_t place = text.find(kTokenFolderPlace);
  if (place == std::string::npos) throw std::runtime_error("no @TOKEN_DIR@ in the configuration");
  text.replace(place, kTokenFolderPlace.size(), tokens().string());
  std::ofstream(this->configuration()) << text;
  ::setenv("SOFTHSM2_CONF", this->configuration().c_str(), 1);
}

SoftHsmFolder::~SoftHsmFolder() {
  ::unsetenv("SOFTHSM2_CONF");
  std::error_code ignored;  // a folder that stays behind fails no test
  fs::remove_all(path_, ignored);
}

TestToken::TestToken(const std::string& label)
    : soPin_(asBytes("so-pin-of-the-test")),
      pin_(asBytes("pin-of-the-test")),
      description_(hsm::initialiseToken(kSoftHsmModule, label, soPin_, pin_)) {}

hsm::TokenOptions TestToken::options(std::uint32_t sessions) const {
  return {.module = module(),
          .token = {.label = {}, .serial = description_.serial, .uri = {}},
          .sessions = sessions};
}

hsm::PinSource TestToken::pinSource() const {
  const fs::path file = folder_.path() / "pin";
  if (!fs::exists(file)) {
    std::ofstream(file) << asText(pin_.expose());
    fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);
  }
  return {.file = file};
}

std::unique_ptr<hsm::Hsm> TestToken::open(std::uint32_t sessions) const {
  return hsm::openToken(options(sessions), pin_);
}

}  // namespace strongroom::testing
