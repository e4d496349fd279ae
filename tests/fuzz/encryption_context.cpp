// The encryption context, from JSON to the tag that binds it: two contexts have one tag exactly
// when they are the same. Input: a JSON object with the members A and B.
#include "service/api/aws/members.h"
#include "service/api/aws/wire_error.h"
#include "service/json/strict_json.h"
#include "tests/fuzz/fuzz.h"

namespace strongroom::fuzz {

void run(ByteView input) {
  static const SecretBytes subkey(asBytes("0123456789abcdef0123456789abcdef"));
  static const Bytes body(24);
  const std::string_view view = asText(input);
  std::vector<char> text(view.begin(), view.end());
  try {
    const rapidjson::Document document = json::parseObject(text);
    api::aws::Members members(document);
    const keys::EncryptionContext a = members.textMap("A");
    const keys::EncryptionContext b = members.textMap("B");
    members.finish();
    const auto tagOf = [](const auto& context) { return keys::bindingTag(subkey, body, context); };
    require((tagOf(a) == tagOf(b)) == (a == b), "contexts have one tag when they are the same");
  } catch (const json::Error&) {
    // No JSON.
  } catch (const api::aws::ProtocolError& error) {
    require(error.kind() == api::aws::ProtocolError::Kind::kSerialization,
            "a context has a wrong type or none");
  }
}

}  // namespace strongroom::fuzz
