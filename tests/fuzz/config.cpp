// The configuration file: it is refused by the declared error, in words that name the file, or what
// was read is within its bounds.
#include "service/config/config.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"

namespace strongroom::fuzz {
namespace {

/// A file in memory, and a path by which it can be opened.
class MemoryFile {
 public:
  MemoryFile() : number_(::memfd_create("strongroomd.toml", MFD_CLOEXEC)) {
    require(number_ >= 0 && ::fchmod(number_, 0600) == 0, "there is a file");
  }
  void write(ByteView content) const {
    require(::ftruncate(number_, 0) == 0 && ::pwrite(number_, content.data(), content.size(), 0) ==
                                                static_cast<ssize_t>(content.size()),
            "the file is written");
  }
  std::string path() const { return "/proc/self/fd/" + std::to_string(number_); }

 private:
  int number_;
};

bool isBetween(std::int64_t value, std::int64_t least, std::int64_t most) {
  return value >= least && value <= most;
}

void checkToken(const hsm::TokenOptions& token, const hsm::PinSource& pin,
                const hsm::WorkerOptions& workers) {
  require(token.module.is_absolute(), "a module's path is absolute");
  require((token.token.label.empty() && token.token.serial.empty()) != token.token.uri.empty(),
          "a token is named in one way");
  require(isBetween(token.sessions, 1, 1024), "sessions are bounded");
  require((!pin.file.empty()) + (pin.descriptor >= 0) + (!pin.credential.empty()) == 1,
          "a PIN has one source");
  require(workers.workers <= token.sessions, "each worker has a session");
}

void checkConfig(const config::Config& config) {
  require(config.server.port > 0, "there is a port");
  require(isBetween(config.server.maxConnections, 1, 4096), "connections are bounded");
  require(config.server.headerLimit * static_cast<std::size_t>(config.server.maxConnections) <=
              512U * 1024 * 1024,
          "memory is bounded");
  require(config.aws.id.size() == 12 && !config.aws.region.empty(), "there is an account");
  require(config.store.is_absolute(), "the store's path is absolute");
  checkToken(config.token, config.pin, config.workers);
  bool known = config.newKeysIn == "token";
  for (const config::FurtherToken& further : config.furtherTokens) {
    checkToken(further.token, further.pin, further.workers);
    known = known || config.newKeysIn == further.name;
  }
  require(known, "new keys go to a token that there is");
}

}  // namespace

void run(ByteView input) {
  static const MemoryFile file;
  static const std::string path = file.path();
  file.write(input);
  try {
    checkConfig(config::load(path));
  } catch (const config::Error& error) {
    require(std::string_view(error.what()).starts_with(path + ":"), "an error names the file");
  }
}

}  // namespace strongroom::fuzz
