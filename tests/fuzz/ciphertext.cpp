// The ciphertext format (docs/ciphertext-format.md): what parses is written back byte for byte.
#include "service/keys/ciphertext.h"

#include "tests/fuzz/fuzz.h"

namespace strongroom::fuzz {

void run(ByteView input) {
  const auto parsed = keys::parseCiphertext(input);
  if (!parsed) return;
  const keys::Ciphertext& parts = parsed->parts;
  require(keys::encodeBody(parts) == parsed->body, "the parts are the whole body");
  Bytes blob = parsed->body;
  blob.insert(blob.end(), parsed->tag.begin(), parsed->tag.end());
  require(std::ranges::equal(blob, input), "body and tag are the whole blob");
  require(parts.ref.version > 0, "versions count from 1");

  // What Envelope::open() and the token rely on.
  const hsm::WrapMethod method = keys::wrapMethodOf(parts.suite);
  require(hsm::longestWrappedIn(method, parts.wrapped.size()) > 0, "the wrapped key has a length");
  if (keys::recordsLength(parts.suite)) {
    const auto bytes = readBigEndian<std::uint16_t>(parts.payload);
    require(bytes > 0 && bytes <= hsm::kMaxDataKeyBytes, "a recorded length is one of a data key");
    require(keys::dataKeySuite(method, bytes) == parts.suite, "the suite is that of the length");
  }
}

}  // namespace strongroom::fuzz
