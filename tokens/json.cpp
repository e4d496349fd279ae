#include "tokens/json.h"

#include <algorithm>

#include "tokens/text_output.h"

namespace strongroom::tokens {
namespace {

/// Each further line two spaces to the right. Strings hold no raw newline.
std::string indented(const std::string& text) {
  std::string out;
  for (const char c : text) out += c == '\n' ? std::string("\n  ") : std::string(1, c);
  return out;
}

}  // namespace

Json::Json(std::string_view value) : text_(jsonString(value)) {}

Json Json::enclose(char open, const std::vector<std::string>& entries, char close, bool oneLine) {
  std::string text(1, open);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    text += i == 0 ? "" : (oneLine ? ", " : ",");
    text += oneLine ? entries[i] : "\n  " + indented(entries[i]);
  }
  if (!oneLine) text += '\n';
  return {text + close, !entries.empty()};
}

Json Json::object(const Members& members) {
  std::vector<std::string> entries;
  for (const auto& [name, value] : members) {
    entries.push_back(jsonString(name) + ": " + value.text_);
  }
  const bool flat =
      std::ranges::none_of(members, [](const auto& member) { return member.second.holdsEntries_; });
  return enclose('{', entries, '}', flat);
}

Json Json::array(const Elements& elements) {
  std::vector<std::string> entries;
  for (const Json& element : elements) entries.push_back(element.text_);
  return enclose('[', entries, ']', entries.empty());
}

}  // namespace strongroom::tokens
