#include "service/log_file.h"

#include <Poco/Exception.h>
#include <Poco/Message.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <string_view>
#include <system_error>

namespace strongroom::service {

namespace {

[[noreturn]] void fail(const std::filesystem::path& path, int problem) {
  throw std::runtime_error("log file " + path.string() + ": " +
                           std::generic_category().message(problem));
}

int openForAppending(const std::filesystem::path& path) {
  const int descriptor = open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (descriptor < 0) fail(path, errno);
  if (fchmod(descriptor, 0600) != 0) {  // it may have stood there, open to others
    const int problem = errno;
    close(descriptor);
    fail(path, problem);
  }
  return descriptor;
}

}  // namespace

LogFile::LogFile(std::filesystem::path path)
    : path_(std::move(path)), descriptor_(openForAppending(path_)) {}

LogFile::~LogFile() {
  ::close(descriptor_);
}

void LogFile::log(const Poco::Message& message) {
  // In one write, which O_APPEND keeps together: threads need no lock against each other.
  const std::string line = message.getText() + "\n";
  for (std::string_view rest = line; !rest.empty();) {
    const ssize_t written = write(descriptor_, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      throw Poco::WriteFileException(path_.string(), std::generic_category().message(errno));
    }
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
}

void LogFile::reopen() {
  const int fresh = openForAppending(path_);
  // Takes the old file's place in one step: a thread in the middle of log() writes to one or the
  // other.
  const bool replaced = dup3(fresh, descriptor_, O_CLOEXEC) >= 0;
  const int problem = errno;
  ::close(fresh);
  if (!replaced) fail(path_, problem);
}

}  // namespace strongroom::service
