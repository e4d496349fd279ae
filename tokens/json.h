#pragma once

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace strongroom::tokens {

/// A JSON value that a command prints, written out as it is made. The tool's one style: names in
/// camelCase, null for what is not known, an object on one line unless it holds further objects or
/// lists, a list one entry a line.
class Json {
 public:
  using Members = std::vector<std::pair<std::string, Json>>;
  using Elements = std::vector<Json>;

  // NOLINTBEGIN(google-explicit-constructor): values stand where a Json is wanted
  Json() : text_("null") {}
  Json(bool value) : text_(value ? "true" : "false") {}
  Json(std::uint64_t value) : text_(std::to_string(value)) {}
  Json(std::uint32_t value) : text_(std::to_string(value)) {}
  Json(std::string_view value);
  Json(const std::string& value) : Json(std::string_view(value)) {}
  Json(const char* value) : Json(std::string_view(value)) {}
  /// null for nullopt.
  Json(std::optional<std::uint64_t> value) : text_(value ? std::to_string(*value) : "null") {}
  // NOLINTEND(google-explicit-constructor)

  static Json object(const Members& members);
  static Json array(const Elements& elements);
  /// A list of what `make` turns each entry into.
  template <class Range, class Make>
  static Json arrayOf(const Range& range, const Make& make) {
    Elements elements;
    for (const auto& entry : range) elements.push_back(make(entry));
    return array(elements);
  }

  /// With a newline at its end.
  void print(std::ostream& out) const { out << text_ << '\n'; }

 private:
  Json(std::string text, bool holdsEntries) : text_(std::move(text)), holdsEntries_(holdsEntries) {}
  static Json enclose(char open, const std::vector<std::string>& entries, char close, bool oneLine);

  std::string text_;
  bool holdsEntries_ = false;
};

}  // namespace strongroom::tokens
