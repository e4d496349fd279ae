// Key policies: whatever the text, there is a verdict, and white space before it does not change
// it.
#include "service/policy/document.h"

#include <string>

#include "service/json/strict_json.h"
#include "tests/fuzz/fuzz.h"

namespace strongroom::fuzz {
namespace {

bool isObject(std::string_view text) {
  std::vector<char> copy(text.begin(), text.end());
  try {
    json::parseObject(copy);
    return true;
  } catch (const json::Error&) {
    return false;
  }
}

}  // namespace

void run(ByteView input) {
  const std::string text(asText(input));
  const std::string defect = policy::defectOf(text);
  require(!defect.empty() || text.find("Statement") != std::string::npos ||
              text.find('\\') != std::string::npos,
          "a policy has a statement");
  require(defect.starts_with("Policy is not an acceptable JSON document") == !isObject(text),
          "a text is a JSON object or refused as none");
  require(policy::defectOf("\n\t\r " + text) == defect, "white space before it changes nothing");
}

}  // namespace strongroom::fuzz
