#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <variant>

namespace strongroom::config {

/// A kind of value that no key of ours has: a float, a date, an array.
struct OtherKind {
  std::string name;  ///< as the user would call it: "an array"
};

/// One key's value and the line it stands in.
struct Value {
  std::variant<std::string, std::int64_t, bool, OtherKind> content;
  unsigned line = 0;
};

struct Table {
  std::map<std::string, Value> values;
  unsigned line = 0;
};

/// A TOML file as it stands, before anyone asks what it means.
struct Document {
  std::filesystem::path file;
  std::map<std::string, Table> tables;  ///< one within another by both names: "token.second"

  /// "strongroom.toml:12: ", or without a line when `line` is 0.
  std::string at(unsigned line) const;
};

/// Parses a file. Throws Error: unreadable, writable by others, no TOML, a key outside of every
/// table.
Document parseDocument(const std::filesystem::path& file);

}  // namespace strongroom::config
