#include "service/api/aws/members.h"

#include <algorithm>

#include "service/api/aws/wire_error.h"
#include "service/api/base64.h"

namespace strongroom::api::aws {
namespace {

/// Quotes a value in a message; long ones are cut, so that an error is never larger than what
/// caused it.
std::string quoted(std::string_view value) {
  constexpr std::size_t kShown = 256;
  if (value.size() <= kShown) return "'" + std::string(value) + "'";
  std::size_t end = kShown;
  while (end > 0 && (static_cast<unsigned char>(value[end]) & 0xC0) == 0x80)
    --end;  // not inside a character
  return "'" + std::string(value.substr(0, end)) + "...'";
}

/// "KeyId" -> "keyId": the form in which AWS's messages name members.
std::string memberPath(std::string_view name) {
  std::string path(name);
  path[0] = static_cast<char>(path[0] >= 'A' && path[0] <= 'Z' ? path[0] - 'A' + 'a' : path[0]);
  return path;
}

std::size_t characters(std::string_view utf8) {
  return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

std::string_view jsonTypeName(const rapidjson::Value& value) {
  switch (value.GetType()) {
    case rapidjson::kNullType:
      return "NULL_VALUE";
    case rapidjson::kFalseType:
      return "FALSE_VALUE";
    case rapidjson::kTrueType:
      return "TRUE_VALUE";
    case rapidjson::kObjectType:
      return "START_OBJECT";
    case rapidjson::kArrayType:
      return "START_ARRAY";
    case rapidjson::kStringType:
      return "STRING_VALUE";
    case rapidjson::kNumberType:
      return "NUMBER_VALUE";
  }
  return "VALUE";
}

[[noreturn]] void wrongType(const rapidjson::Value& value, std::string_view wanted) {
  throw ProtocolError(
      ProtocolError::Kind::kSerialization,
      std::string(jsonTypeName(value)) + " can not be converted to " + std::string(wanted));
}

constexpr Length kTagKeyLength{1, 128};
constexpr Length kTagValueLength{0, 256};
constexpr Length kTagCount{0, 200};
constexpr Length kAliasLength{1, 256};
constexpr std::string_view kAliasPattern = "^[a-zA-Z0-9:/_-]+$";

bool isAliasCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == ':' ||
         c == '/' || c == '_' || c == '-';
}

}  // namespace

const rapidjson::Value* Members::find(const char* name) const {
  const auto member = object_.FindMember(name);
  return member == object_.MemberEnd() || member->value.IsNull() ? nullptr : &member->value;
}

const rapidjson::Value* Members::require(const char* name) {
  const rapidjson::Value* value = find(name);
  if (value == nullptr) {
    violations_.push_back("Value null at '" + memberPath(name) +
                          "' failed to satisfy constraint: Member must not be null");
  }
  return value;
}

std::string Members::asString(const rapidjson::Value& value) const {
  if (!value.IsString()) wrongType(value, "String");
  return {value.GetString(), value.GetStringLength()};
}

void Members::violate(const std::string& path, const std::string& shownValue,
                      const std::string& constraint) {
  const std::string shown = shownValue.empty() ? "Value" : "Value " + shownValue;
  violations_.push_back(shown + " at '" + path + "' failed to satisfy constraint: " + constraint);
}

void Members::checkLength(const std::string& path, std::string_view shown, std::size_t length,
                          Length bounds) {
  const std::string value = shown.data() == nullptr ? "" : quoted(shown);
  if (length < bounds.min) {
    violate(path, value,
            "Member must have length greater than or equal to " + std::to_string(bounds.min));
  }
  if (length > bounds.max) {
    violate(path, value,
            "Member must have length less than or equal to " + std::to_string(bounds.max));
  }
}

std::string Members::requiredText(const char* name, Length length) {
  return require(name) == nullptr ? std::string() : *text(name, length);
}

std::optional<std::string> Members::text(const char* name, Length length) {
  const rapidjson::Value* value = find(name);
  if (value == nullptr) return std::nullopt;
  std::string result = asString(*value);
  checkLength(memberPath(name), result, characters(result), length);
  return result;
}

std::optional<std::size_t> Members::oneOf(const char* name,
                                          std::span<const std::string_view> allowed) {
  const rapidjson::Value* value = find(name);
  if (value == nullptr) return std::nullopt;
  const std::string given = asString(*value);
  const auto found = std::find(allowed.begin(), allowed.end(), given);
  if (found != allowed.end()) return static_cast<std::size_t>(found - allowed.begin());
  std::string set;
  for (std::string_view each : allowed) set += (set.empty() ? "" : ", ") + std::string(each);
  violate(memberPath(name), quoted(given), "Member must satisfy enum value set: [" + set + "]");
  return 0;
}

std::string Members::requiredAliasName(const char* name) {
  if (require(name) == nullptr) return {};
  std::string alias = *text(name, kAliasLength);
  if (alias.empty() || !std::all_of(alias.begin(), alias.end(), isAliasCharacter)) {
    violate(memberPath(name), quoted(alias),
            "Member must satisfy regular expression pattern: " + std::string(kAliasPattern));
  }
  return alias;
}

SecretBytes Members::requiredBlob(const char* name, Length length) {
  const rapidjson::Value* value = require(name);
  if (value == nullptr) return {};
  if (!value->IsString()) wrongType(*value, "Blob");
  std::optional<SecretBytes> bytes = decodeBase64({value->GetString(), value->GetStringLength()});
  if (!bytes) {
    throw ProtocolError(ProtocolError::Kind::kSerialization,
                        "Member '" + memberPath(name) + "' is not standard base64");
  }
  checkLength(memberPath(name), std::string_view(), bytes->size(),
              length);  // a blob's value is never shown
  return std::move(*bytes);
}

std::optional<std::int64_t> Members::integer(const char* name, Range range) {
  const rapidjson::Value* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (!value->IsInt64()) wrongType(*value, "Integer");
  const std::int64_t number = value->GetInt64();
  const std::string shown = "'" + std::to_string(number) + "'";
  if (number < range.min) {
    violate(memberPath(name), shown,
            "Member must have value greater than or equal to " + std::to_string(range.min));
  }
  if (number > range.max) {
    violate(memberPath(name), shown,
            "Member must have value less than or equal to " + std::to_string(range.max));
  }
  return number;
}

bool Members::flag(const char* name) {
  const rapidjson::Value* value = find(name);
  if (value == nullptr) return false;
  if (!value->IsBool()) wrongType(*value, "Boolean");
  return value->GetBool();
}

keys::EncryptionContext Members::textMap(const char* name) {
  keys::EncryptionContext map;
  const rapidjson::Value* value = find(name);
  if (value == nullptr) return map;
  if (!value->IsObject()) wrongType(*value, "Map");
  for (const auto& member : value->GetObject())
    map.emplace(asString(member.name), asString(member.value));
  return map;
}

std::vector<std::string> Members::texts(const char* name, Length count, Length each) {
  std::vector<std::string> list;
  const rapidjson::Value* value = find(name);
  if (value == nullptr) return list;
  if (!value->IsArray()) wrongType(*value, "List");
  checkLength(memberPath(name), std::string_view(), value->Size(), count);
  for (const auto& element : value->GetArray()) {
    list.push_back(asString(element));
    checkLength(memberPath(name) + "." + std::to_string(list.size()) + ".member", list.back(),
                characters(list.back()), each);
  }
  return list;
}

std::vector<std::string> Members::requiredTexts(const char* name, Length count, Length each) {
  if (require(name) == nullptr) return {};
  return texts(name, count, each);
}

std::vector<keys::Tag> Members::tags(const char* name) {
  const rapidjson::Value* value = find(name);
  return value == nullptr ? std::vector<keys::Tag>() : readTags(name, *value);
}

std::vector<keys::Tag> Members::requiredTags(const char* name) {
  const rapidjson::Value* value = require(name);
  return value == nullptr ? std::vector<keys::Tag>() : readTags(name, *value);
}

std::vector<keys::Tag> Members::readTags(const char* name, const rapidjson::Value& value) {
  if (!value.IsArray()) wrongType(value, "List");
  checkLength(memberPath(name), std::string_view(), value.Size(), kTagCount);
  std::vector<keys::Tag> tags;
  for (const auto& element : value.GetArray()) {
    if (!element.IsObject()) wrongType(element, "Structure");
    const std::string path = memberPath(name) + "." + std::to_string(tags.size() + 1) + ".member.";
    keys::Tag& tag = tags.emplace_back();
    Members members(element);
    const auto read = [&](const char* part, Length length) {
      const rapidjson::Value* text = members.find(part);
      if (text == nullptr) {
        violations_.push_back("Value null at '" + path + memberPath(part) +
                              "' failed to satisfy constraint: Member must not be null");
        return std::string();
      }
      std::string given = asString(*text);
      checkLength(path + memberPath(part), given, characters(given), length);
      return given;
    };
    tag.key = read("TagKey", kTagKeyLength);
    tag.value = read("TagValue", kTagValueLength);
  }
  return tags;
}

void Members::finish() const {
  if (violations_.empty()) return;
  std::string message =
      std::to_string(violations_.size()) +
      (violations_.size() == 1 ? " validation error detected: " : " validation errors detected: ");
  for (std::size_t i = 0; i < violations_.size(); ++i)
    message += (i == 0 ? "" : "; ") + violations_[i];
  throw ProtocolError(ProtocolError::Kind::kValidation, message);
}

}  // namespace strongroom::api::aws
