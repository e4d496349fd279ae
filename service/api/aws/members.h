#pragma once

#include <rapidjson/document.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hsm/secret_bytes.h"
#include "service/keys/ciphertext.h"
#include "service/keys/records.h"

namespace strongroom::api::aws {

/// How long a text or blob may be: characters of UTF-8 text as AWS counts them, or bytes after
/// base64.
struct Length {
  std::size_t min = 0;
  std::size_t max = 0;
};

struct Range {
  std::int64_t min = 0;
  std::int64_t max = 0;
};

/// The members of a request object, read one by one by a decoder. A member of the wrong JSON type
/// is thrown at once (SerializationException); a value out of bounds is collected, so that finish()
/// reports all of them as AWS does. Members nobody asks for are ignored: clients of every age must
/// work. An explicit null counts as absent.
class Members {
 public:
  explicit Members(const rapidjson::Value& object) : object_(object) {}

  std::string requiredText(const char* name, Length length);
  std::optional<std::string> text(const char* name, Length length);
  /// A text of `allowed`; the position in it. A violation gives position 0.
  std::optional<std::size_t> oneOf(const char* name, std::span<const std::string_view> allowed);
  /// A text of [a-zA-Z0-9:/_-] and at most 256 characters: alias names.
  std::string requiredAliasName(const char* name);
  SecretBytes requiredBlob(const char* name, Length length);
  std::optional<std::int64_t> integer(const char* name, Range range);
  bool flag(const char* name);
  keys::EncryptionContext textMap(const char* name);
  std::vector<std::string> texts(const char* name, Length count, Length each);
  std::vector<std::string> requiredTexts(const char* name, Length count, Length each);
  /// A list of {TagKey, TagValue}.
  std::vector<keys::Tag> tags(const char* name);
  std::vector<keys::Tag> requiredTags(const char* name);
  bool has(const char* name) const { return find(name) != nullptr; }

  /// Throws ValidationException with every violation collected.
  void finish() const;

 private:
  const rapidjson::Value* find(const char* name) const;
  const rapidjson::Value* require(const char* name);
  std::string asString(const rapidjson::Value& value) const;
  void checkLength(const std::string& path, std::string_view value, std::size_t length,
                   Length bounds);
  void violate(const std::string& path, const std::string& shownValue,
               const std::string& constraint);
  std::vector<keys::Tag> readTags(const char* name, const rapidjson::Value& value);

  const rapidjson::Value& object_;
  std::vector<std::string> violations_;
};

}  // namespace strongroom::api::aws
