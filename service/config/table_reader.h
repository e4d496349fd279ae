#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "service/config/document.h"

namespace strongroom::config {

/// Bounds of a number, both allowed.
struct Range {
  std::int64_t least;
  std::int64_t most;
};

/// Reads one table strictly: every key that may stand there is asked for by name, and finish()
/// refuses the others. All throw Error with file, line, table and key.
class TableReader {
 public:
  TableReader(const Document& document, std::string table);

  bool has(const std::string& key) const;

  /// A text of at least one character; required.
  std::string text(const std::string& key);
  std::string textOr(const std::string& key, const std::string& otherwise);

  /// A path; relative ones are relative to the file's folder. The first is required.
  std::filesystem::path path(const std::string& key);
  std::filesystem::path pathOr(const std::string& key, const std::filesystem::path& otherwise);

  bool flagOr(const std::string& key, bool otherwise);

  std::int64_t integerOr(const std::string& key, Range range, std::int64_t otherwise);
  std::chrono::milliseconds secondsOr(const std::string& key, Range range,
                                      std::chrono::milliseconds otherwise);

  /// Refuses what nobody asked for.
  void finish() const;

  [[noreturn]] void fail(const std::string& key, const std::string& problem) const;

 private:
  const Value* find(const std::string& key);

  const Document& document_;
  std::string name_;
  const Table* table_;  ///< null: the table does not stand in the file
  std::vector<std::string> known_;
};

}  // namespace strongroom::config
