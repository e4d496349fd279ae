// What the process that asks a module says of its slots, and the module may have written.
#include "hsm/pkcs11/status_codec.h"

#include "tests/fuzz/fuzz.h"

namespace strongroom::fuzz {

using namespace hsm::pkcs11;

void run(ByteView input) {
  const auto status = decodeStatus(asText(input));
  if (!status) return;
  require(status->slots.size() <= input.size(), "slots take room");
  const std::string text = encodeStatus(*status);
  const auto again = decodeStatus(text);
  require(again && encodeStatus(*again) == text, "what is written is read back");
}

}  // namespace strongroom::fuzz
