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
  /// `row` has as many entries as the heading. They are made printable().
  void add(std::vector<std::string> row);
  /// Every line begins with `indentation` spaces.
  void print(std::ostream& out, std::size_t indentation = 0) const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

/// `text` without what could move a terminal's cursor or colour it: labels come from tokens, which
/// may hold anything. Control characters and what is no UTF-8 become '?'.
std::string printable(std::string_view text);

/// `text` as a JSON string with its quotes. Bytes that are no UTF-8 become U+FFFD.
std::string jsonString(std::string_view text);

}  // namespace strongroom::tokens
