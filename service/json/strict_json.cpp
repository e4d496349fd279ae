#include "service/json/strict_json.h"

#include <rapidjson/error/en.h>
#include <rapidjson/reader.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

namespace strongroom::json {
namespace {

/// True when escapes ("\udc00") have put half a surrogate pair into a string: the parser lets a
/// lone low half pass. UTF-8 has no form for it; the bytes that the parser writes begin 0xED
/// 0xA0..0xBF.
bool holdsSurrogate(std::string_view text) {
  for (std::size_t at = text.find('\xed'); at != std::string_view::npos;
       at = text.find('\xed', at + 1)) {
    if (at + 1 < text.size() && static_cast<unsigned char>(text[at + 1]) >= 0xa0) return true;
  }
  return false;
}

/// Passes the parser's events on to the document while counting values and depth and watching for
/// repeated names.
class StrictHandler {
 public:
  explicit StrictHandler(rapidjson::Document& document) : document_(document) {}

  bool Null() { return count() && document_.Null(); }
  bool Bool(bool value) { return count() && document_.Bool(value); }
  bool Int(int value) { return count() && document_.Int(value); }
  bool Uint(unsigned value) { return count() && document_.Uint(value); }
  bool Int64(std::int64_t value) { return count() && document_.Int64(value); }
  bool Uint64(std::uint64_t value) { return count() && document_.Uint64(value); }
  bool Double(double value) {
    // The parser makes infinity of "921e308", though it says of "1e309" that it is too big.
    if (!std::isfinite(value)) return refuse("a number is too big");
    return count() && document_.Double(value);
  }
  bool RawNumber(const char*, rapidjson::SizeType, bool) { return false; }
  bool String(const char* text, rapidjson::SizeType length, bool copy) {
    return count() && encodes({text, length}) && document_.String(text, length, copy);
  }
  bool StartObject() {
    names_.emplace_back();
    return count() && enter() && document_.StartObject();
  }
  bool Key(const char* text, rapidjson::SizeType length, bool copy) {
    std::vector<std::string_view>& seen = names_.back();
    const std::string_view name(text, length);
    if (std::find(seen.begin(), seen.end(), name) != seen.end())
      return refuse("a member name occurs twice");
    seen.push_back(name);
    return encodes(name) && document_.Key(text, length, copy);
  }
  bool EndObject(rapidjson::SizeType members) {
    names_.pop_back();
    --depth_;
    return document_.EndObject(members);
  }
  bool StartArray() { return count() && enter() && document_.StartArray(); }
  bool EndArray(rapidjson::SizeType elements) {
    --depth_;
    return document_.EndArray(elements);
  }

  const char* refusal() const { return refusal_; }

 private:
  bool refuse(const char* why) {
    refusal_ = why;
    return false;
  }
  bool count() { return ++values_ <= kMaxValues || refuse("it has too many values"); }
  bool encodes(std::string_view text) {
    return !holdsSurrogate(text) || refuse("a string holds half a surrogate pair");
  }
  bool enter() { return ++depth_ <= kMaxDepth || refuse("it is nested too deeply"); }

  rapidjson::Document& document_;
  std::vector<std::vector<std::string_view>> names_;  // of the objects that are open
  std::size_t values_ = 0;
  std::size_t depth_ = 0;
  const char* refusal_ = nullptr;
};

constexpr unsigned kParseFlags = rapidjson::kParseInsituFlag |
                                 rapidjson::kParseValidateEncodingFlag |
                                 rapidjson::kParseIterativeFlag;

}  // namespace

rapidjson::Document parseObject(char* text, std::size_t size) {
  if (std::find(text, text + size, '\0') != text + size) {
    throw Error("it holds a NUL byte");  // the parser would stop there
  }
  rapidjson::InsituStringStream stream(text);
  rapidjson::Reader reader;
  const char* refusal = nullptr;
  auto parse = [&](rapidjson::Document& target) {
    StrictHandler handler(target);
    const bool complete = !reader.Parse<kParseFlags>(stream, handler).IsError();
    refusal = handler.refusal();
    return complete;
  };
  rapidjson::Document document;
  document.Populate(parse);
  if (refusal != nullptr) throw Error(refusal);
  if (reader.HasParseError()) throw Error(rapidjson::GetParseError_En(reader.GetParseErrorCode()));
  if (!document.IsObject()) throw Error("it is not an object");
  return document;
}

}  // namespace strongroom::json
