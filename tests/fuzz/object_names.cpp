// The names of objects in a token. Input: label length, label, id.
#include "hsm/pkcs11/object_names.h"

#include "tests/fuzz/fuzz.h"

namespace strongroom::fuzz {

using namespace hsm::pkcs11;

void run(ByteView bytes) {
  Input input(bytes);
  const ByteView label = input.bytes(input.number());
  const ByteView id = input.rest();
  const auto ref = keyNamedBy(asText(label), id);
  if (!ref) return;
  require(label.empty() || asText(label) == labelOf(*ref), "a label names the key");
  if (*ref == kBindingKeyRef) return;
  require(ref->version > 0, "versions count from 1");
  require(std::ranges::equal(objectIdOf(*ref), id), "an id names the key");
  require(keyNamedBy(labelOf(*ref), objectIdOf(*ref)) == ref, "a key's own names name it");
}

}  // namespace strongroom::fuzz
