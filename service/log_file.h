#pragma once

#include <Poco/Channel.h>

#include <filesystem>

namespace strongroom::service {

/// Appends messages to a file, a line each, made with mode 0600. The file can be opened anew, for
/// those who move logs away, while other threads write. Thread-safe.
class LogFile final : public Poco::Channel {
 public:
  /// Throws std::runtime_error that names the file when it cannot be opened.
  explicit LogFile(std::filesystem::path path);

  /// Throws Poco::WriteFileException.
  void log(const Poco::Message& message) override;

  /// Goes on in the file that stands at the path now, made when there is none. Throws as the
  /// constructor does, and goes on in the old one.
  void reopen();

 protected:
  ~LogFile() override;

 private:
  const std::filesystem::path path_;
  const int descriptor_;  ///< the number stays; what it stands for changes
};

}  // namespace strongroom::service
