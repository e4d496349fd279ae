#include "service/config/table_reader.h"

#include <algorithm>

#include "service/config/config.h"

namespace strongroom::config {

namespace {

std::string kindOf(const Value& value) {
  if (const auto* other = std::get_if<OtherKind>(&value.content)) return other->name;
  constexpr const char* kKinds[] = {"a string", "an integer", "a boolean"};
  return kKinds[value.content.index()];
}

}  // namespace

TableReader::TableReader(const Document& document, std::string table)
    : document_(document), name_(std::move(table)), table_(nullptr) {
  const auto found = document.tables.find(name_);
  if (found != document.tables.end()) table_ = &found->second;
}

bool TableReader::has(const std::string& key) const {
  return table_ && table_->values.contains(key);
}

const Value* TableReader::find(const std::string& key) {
  known_.push_back(key);
  return has(key) ? &table_->values.at(key) : nullptr;
}

std::string TableReader::text(const std::string& key) {
  const Value* value = find(key);
  if (!value) fail(key, "is missing");
  const auto* text = std::get_if<std::string>(&value->content);
  if (!text) fail(key, "must be a string, is " + kindOf(*value));
  if (text->empty()) fail(key, "must not be empty");
  if (text->find('\0') != std::string::npos) fail(key, "must not hold a NUL character");
  return *text;
}

std::string TableReader::textOr(const std::string& key, const std::string& otherwise) {
  if (has(key)) return text(key);
  known_.push_back(key);
  return otherwise;
}

std::filesystem::path TableReader::path(const std::string& key) {
  return (std::filesystem::absolute(document_.file).parent_path() / text(key)).lexically_normal();
}

std::filesystem::path TableReader::pathOr(const std::string& key,
                                          const std::filesystem::path& otherwise) {
  if (has(key)) return path(key);
  known_.push_back(key);
  return otherwise;
}

bool TableReader::flagOr(const std::string& key, bool otherwise) {
  const Value* value = find(key);
  if (!value) return otherwise;
  const auto* flag = std::get_if<bool>(&value->content);
  if (!flag) fail(key, "must be true or false, is " + kindOf(*value));
  return *flag;
}

std::int64_t TableReader::integerOr(const std::string& key, Range range, std::int64_t otherwise) {
  const Value* value = find(key);
  if (!value) return otherwise;
  const auto* number = std::get_if<std::int64_t>(&value->content);
  if (!number) fail(key, "must be an integer, is " + kindOf(*value));
  if (*number < range.least || *number > range.most) {
    fail(key, "must be between " + std::to_string(range.least) + " and " +
                  std::to_string(range.most) + ", is " + std::to_string(*number));
  }
  return *number;
}

std::chrono::milliseconds TableReader::secondsOr(const std::string& key, Range range,
                                                 std::chrono::milliseconds otherwise) {
  const auto whole = std::chrono::duration_cast<std::chrono::seconds>(otherwise);
  return std::chrono::seconds(integerOr(key, range, whole.count()));
}

void TableReader::finish() const {
  if (!table_) return;
  for (const auto& [key, value] : table_->values) {
    if (std::ranges::find(known_, key) != known_.end()) continue;
    std::string list;
    for (const std::string& known : known_) list.append(list.empty() ? "" : ", ").append(known);
    fail(key, "unknown key; this table takes " + list);
  }
}

void TableReader::fail(const std::string& key, const std::string& problem) const {
  const unsigned line = has(key) ? table_->values.at(key).line : table_ ? table_->line : 0;
  throw Error(document_.at(line) + "[" + name_ + "] " + key + ": " + problem);
}

}  // namespace strongroom::config
