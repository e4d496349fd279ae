#pragma once

#include <filesystem>
#include <string>

namespace strongroom::service {

/// Sends every logger's lines to `file` (made with mode 0600), or to standard error when it is
/// empty, from `level` (one of Poco's names) up. Times are UTC. Throws std::runtime_error that
/// names the file when it cannot be written. For the main thread, before others log.
void setUpLogging(const std::string& level, const std::filesystem::path& file);

/// Goes on in the file that stands at the log's path now, made when there is none, so that logs can
/// be moved away; without effect on standard error. Throws as setUpLogging() does, and the old file
/// stays. For the main thread, while others log.
void reopenLog();

}  // namespace strongroom::service
