#include "service/http/message.h"

#include <algorithm>

namespace strongroom::http {

namespace {

constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

}  // namespace

bool equalNames(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

std::vector<std::string_view> Request::headerValues(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const Header& field : headers) {
    if (equalNames(field.name, name)) values.push_back(field.value);
  }
  return values;
}

std::optional<std::string_view> Request::header(std::string_view name) const {
  std::optional<std::string_view> found;
  for (const Header& field : headers) {
    if (!equalNames(field.name, name)) continue;
    if (found) return std::nullopt;
    found = field.value;
  }
  return found;
}

}  // namespace strongroom::http
