#include "service/config/document.h"

#include <sys/stat.h>

#include <cerrno>
#include <fstream>
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
  toml::value root;
  try {
    root = toml::parse(stream, file.string());
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
