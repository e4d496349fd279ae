#include "service/config/document.h"

#include <sys/stat.h>

#include <cerrno>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string_view>
#include <system_error>
#include <toml.hpp>

#include "service/config/config.h"

namespace strongroom::config {

namespace {

/// toml11 draws the place with an arrow over several lines; its first one says what is wrong.
std::string firstLine(std::string text) {
  text = text.substr(0, text.find('\n'));
  const std::size_t tag = text.find("] ");  // "[error] "
  return tag == std::string::npos ? text : text.substr(tag + 2);
}

std::string kindOf(const toml::value& value) {
  switch (value.type()) {
    case toml::value_t::floating:
      return "a float";
    case toml::value_t::array:
      return "an array";
    default:
      return "a date or time";
  }
}

Value convert(const toml::value& value) {
  const unsigned line = value.location().line();
  if (value.is_string()) return {value.as_string().str, line};
  if (value.is_integer()) return {value.as_integer(), line};
  if (value.is_boolean()) return {value.as_boolean(), line};
  return {OtherKind{kindOf(value)}, line};
}

void addTable(Document& document, const std::string& name, const toml::value& content) {
  Table& table = document.tables[name];
  table.line = content.location().line();
  for (const auto& [key, value] : content.as_table()) {
    if (value.is_table()) {
      addTable(document, name + "." + key, value);
    } else {
      table.values.emplace(key, convert(value));
    }
  }
}

/// The bytes of the character that `text` begins with; 0 when that is no UTF-8 (RFC 3629, 4).
std::size_t characterBytes(std::string_view text) {
  struct Form {
    unsigned char least, most;              ///< of the first byte
    unsigned char secondLeast, secondMost;  ///< the others are 0x80 to 0xBF
    std::size_t bytes;
  };
  constexpr Form kForms[] = {
      {0x00, 0x7F, 0x80, 0xBF, 1}, {0xC2, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3},
      {0xE1, 0xEC, 0x80, 0xBF, 3}, {0xED, 0xED, 0x80, 0x9F, 3}, {0xEE, 0xEF, 0x80, 0xBF, 3},
      {0xF0, 0xF0, 0x90, 0xBF, 4}, {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4},
  };
  const auto isWithin = [&](std::size_t at, unsigned char least, unsigned char most) {
    const auto byte = static_cast<unsigned char>(text[at]);
    return byte >= least && byte <= most;
  };
  for (const Form& form : kForms) {
    if (!isWithin(0, form.least, form.most)) continue;
    if (form.bytes > text.size()) return 0;
    if (form.bytes > 1 && !isWithin(1, form.secondLeast, form.secondMost)) return 0;
    for (std::size_t at = 2; at < form.bytes; ++at) {
      if (!isWithin(at, 0x80, 0xBF)) return 0;
    }
    return form.bytes;
  }
  return 0;
}

/// TOML is UTF-8, and toml11 reads memory that is not its own where it finds a string that is not.
void requireUtf8(const Document& document, std::string_view text) {
  unsigned line = 1;
  while (!text.empty()) {
    const std::size_t bytes = characterBytes(text);
    if (bytes == 0) throw Error(document.at(line) + "holds a byte that is not UTF-8");
    if (text.front() == '\n') ++line;
    text.remove_prefix(bytes);
  }
}

/// Whoever can write the file decides which token and which store are ours.
void checkWriters(const Document& document) {
  struct stat status {};
  if (stat(document.file.c_str(), &status) != 0) {
    throw Error(document.at(0) + std::generic_category().message(errno));
  }
  if (!S_ISREG(status.st_mode)) throw Error(document.at(0) + "is not a file");
  if ((status.st_mode & 022) != 0)
    throw Error(document.at(0) + "may be written by others: chmod go-w");
}

}  // namespace

std::string Document::at(unsigned line) const {
  return file.string() + (line == 0 ? "" : ":" + std::to_string(line)) + ": ";
}

Document parseDocument(const std::filesystem::path& file) {
  Document document{file, {}};
  checkWriters(document);
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw Error(document.at(0) + std::generic_category().message(errno));
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  requireUtf8(document, text);
  toml::value root;
  try {
    std::istringstream checked(text);
    root = toml::parse(checked, file.string());
  } catch (const toml::exception& error) {
    throw Error(document.at(error.location().line()) + firstLine(error.what()));
  } catch (const std::exception& error) {
    throw Error(document.at(0) + firstLine(error.what()));
  }
  for (const auto& [name, content] : root.as_table()) {
    const unsigned line = content.location().line();
    if (!content.is_table())
      throw Error(document.at(line) + name + ": stands outside of every table");
    addTable(document, name, content);
  }
  return document;
}

}  // namespace strongroom::config
