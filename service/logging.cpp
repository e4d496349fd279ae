#include "service/logging.h"

#include <Poco/AutoPtr.h>
#include <Poco/ConsoleChannel.h>
#include <Poco/FormattingChannel.h>
#include <Poco/Logger.h>
#include <Poco/PatternFormatter.h>

#include <algorithm>
#include <iostream>

#include "service/best_effort_channel.h"
#include "service/log_file.h"

namespace strongroom::service {

namespace {

/// One message, one line: a control character in a message could otherwise pass for a line of ours.
class LineFormatter final : public Poco::PatternFormatter {
 public:
  LineFormatter() : Poco::PatternFormatter("%Y-%m-%dT%H:%M:%S.%iZ %p %s: %t") {}

  void format(const Poco::Message& message, std::string& text) override {
    Poco::PatternFormatter::format(message, text);
    std::ranges::replace_if(
        text, [](unsigned char c) { return c < 0x20 || c == 0x7F; }, ' ');
  }
};

/// What reopenLog() reopens; null while the log is standard error. As global as Poco's loggers are.
Poco::AutoPtr<LogFile>& currentFile() {
  static Poco::AutoPtr<LogFile> file;
  return file;
}

}  // namespace

void setUpLogging(const std::string& level, const std::filesystem::path& file) {
  Poco::AutoPtr<LogFile> logFile;
  Poco::AutoPtr<Poco::Channel> sink;
  if (file.empty()) {
    sink = new Poco::ConsoleChannel(std::cerr);
  } else {
    sink = logFile = new LogFile(file);
  }
  const Poco::AutoPtr<Poco::Formatter> formatter(new LineFormatter);
  const Poco::AutoPtr<Poco::Channel> channel(
      new BestEffortChannel(new Poco::FormattingChannel(formatter, sink)));
  // The empty name stands for every logger, those made before among them; there has to be one.
  Poco::Logger::root();
  Poco::Logger::setChannel("", channel);
  Poco::Logger::setLevel("", Poco::Logger::parseLevel(level));
  currentFile() = logFile;
}

void reopenLog() {
  if (currentFile()) currentFile()->reopen();
}

}  // namespace strongroom::service
