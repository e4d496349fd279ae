#pragma once

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace strongroom::tokens {

/// Rows of text under a heading, printed in columns as wide as their longest entry.
class Table {
 public:
  explicit Table(std::vector<std::string> heading) : rows_{std::move(heading)} {}
  /// `row` has as many entries as the heading.
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  void print(std::ostream& out) const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

/// `text` as a JSON string with its quotes. Bytes that are no UTF-8 become U+FFFD: labels come from
/// tokens, which may hold anything.
std::string jsonString(std::string_view text);

}  // namespace strongroom::tokens
