#include "hsm/pin_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

namespace strongroom::hsm {
namespace {

constexpr std::size_t kMaxPinBytes = 255;

[[noreturn]] void refuse(const std::string& source, const std::string& why) {
  throw std::runtime_error("PIN from " + source + ": " + why);
}

/// A file descriptor that is closed at its end.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() { ::close(number_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }

 private:
  int number_;
};

int open(const std::filesystem::path& path, const std::string& source) {
  // O_NONBLOCK: opening a FIFO would wait for a writer, and is refused below.
  const int number = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  if (number < 0) refuse(source, std::strerror(errno));
  return number;
}

/// Of the open file, not of the path: what was looked at is what is read.
void requirePrivate(const Descriptor& file, const std::string& source) {
  struct stat status {};
  if (::fstat(file.number(), &status) != 0) refuse(source, std::strerror(errno));
  if (!S_ISREG(status.st_mode)) refuse(source, "not a regular file");
  if (status.st_uid != ::geteuid() && status.st_uid != 0) {
    refuse(source, "owned by another user: chown it to the user of this program");
  }
  if ((status.st_mode & 077) != 0) refuse(source, "readable by others: chmod 600");
}

SecretBytes readAll(const Descriptor& file, const std::string& source) {
  SecretBytes pin(kMaxPinBytes + 2);  // one newline, and one byte more to see that there is more
  std::size_t filled = 0;
  while (filled < pin.size()) {
    const ssize_t got =
        ::read(file.number(), pin.exposeWritable().data() + filled, pin.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) refuse(source, std::strerror(errno));
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  pin.truncate(filled);
  if (filled > 0 && pin.expose().back() == std::byte{'\n'}) pin.truncate(filled - 1);
  if (pin.empty()) refuse(source, "empty");
  if (pin.size() > kMaxPinBytes) refuse(source, "longer than 255 bytes");
  return pin;
}

SecretBytes readFile(const std::filesystem::path& path) {
  const std::string source = "file " + path.string();
  const Descriptor file(open(path, source));
  requirePrivate(file, source);
  return readAll(file, source);
}

SecretBytes readCredential(const std::string& name) {
  const std::string source = "credential " + name;
  if (name.find('/') != std::string::npos || name == "." || name == "..") {
    refuse(source, "a credential's name holds no path");
  }
  const char* folder = std::getenv("CREDENTIALS_DIRECTORY");
  if (folder == nullptr) {
    refuse(source,
           "CREDENTIALS_DIRECTORY is not set: was the service started by systemd with "
           "LoadCredential?");
  }
  // Modes are not looked at: systemd guards the folder, and shows an access list as group bits.
  const Descriptor file(open(std::filesystem::path(folder) / name, source));
  return readAll(file, source);
}

}  // namespace

SecretBytes readPin(const PinSource& source) {
  const int given = (source.file.empty() ? 0 : 1) + (source.descriptor < 0 ? 0 : 1) +
                    (source.credential.empty() ? 0 : 1);
  if (given != 1) {
    throw std::runtime_error(
        "a PIN comes from exactly one of a file, a file descriptor and a credential");
  }
  if (!source.file.empty()) return readFile(source.file);
  if (!source.credential.empty()) return readCredential(source.credential);
  return readAll(Descriptor(source.descriptor), "descriptor " + std::to_string(source.descriptor));
}

}  // namespace strongroom::hsm
