// JSON as requests and policies are read: what is accepted is within its limits, and is read again
// as the same when it is written anew.
#include "service/json/strict_json.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "tests/fuzz/fuzz.h"

namespace strongroom::fuzz {
namespace {

struct Measure {
  std::size_t values = 0;
  bool hasFraction = false;  ///< the parser may be off by the last bit of a double
};

void measure(const rapidjson::Value& value, std::size_t depth, Measure& measured) {
  ++measured.values;
  measured.hasFraction |= value.IsNumber() && !value.IsInt64() && !value.IsUint64();
  if (!value.IsObject() && !value.IsArray()) return;
  require(depth <= json::kMaxDepth, "the depth is bounded");
  if (value.IsArray()) {
    for (const auto& element : value.GetArray()) measure(element, depth + 1, measured);
    return;
  }
  std::vector<std::string_view> names;
  for (const auto& member : value.GetObject()) {
    names.emplace_back(member.name.GetString(), member.name.GetStringLength());
    measure(member.value, depth + 1, measured);
  }
  std::ranges::sort(names);
  require(std::ranges::adjacent_find(names) == names.end(), "no name occurs twice");
}

}  // namespace

void run(ByteView input) {
  const std::string_view view = asText(input);
  std::vector<char> text(view.begin(), view.end());
  try {
    const rapidjson::Document document = json::parseObject(text);
    require(document.IsObject(), "the root is an object");
    Measure measured;
    measure(document, 1, measured);
    require(measured.values <= json::kMaxValues, "the number of values is bounded");

    using Encoding = rapidjson::UTF8<>;
    rapidjson::StringBuffer out;
    rapidjson::Writer<rapidjson::StringBuffer, Encoding, Encoding, rapidjson::CrtAllocator,
                      rapidjson::kWriteValidateEncodingFlag>
        writer(out);
    require(document.Accept(writer), "every string is UTF-8, every number finite");
    std::vector<char> written(out.GetString(), out.GetString() + out.GetSize());
    const rapidjson::Document again = json::parseObject(written);
    require(measured.hasFraction || again == document, "it is read as it is written");
  } catch (const json::Error&) {
    // Refused, as most inputs are.
  }
}

}  // namespace strongroom::fuzz
