// Base64, both ways: each run of bytes has one text, and each text that is read is that one.
#include "service/api/base64.h"

#include "tests/fuzz/fuzz.h"

namespace strongroom::fuzz {

void run(ByteView input) {
  const auto encoded = [](ByteView bytes) {
    std::string text(api::base64Length(bytes.size()), '\0');
    api::encodeBase64(bytes, text.data());
    return text;
  };
  if (const auto decoded = api::decodeBase64(asText(input))) {
    require(encoded(decoded->expose()) == asText(input), "a text that is read is the only one");
  }
  const std::string text = encoded(input);
  const auto back = api::decodeBase64(text);
  require(back && std::ranges::equal(back->expose(), input), "what is written is read back");
}

}  // namespace strongroom::fuzz
