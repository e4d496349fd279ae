// What the service and its workers say to one another, each message in both directions. Input:
// which message, then its bytes.
#include "hsm/worker/messages.h"

#include "tests/fuzz/fuzz.h"

namespace strongroom::fuzz {
namespace {

using namespace hsm::worker;

bool equal(const SecretBytes& a, const SecretBytes& b) {
  return std::ranges::equal(a.expose(), b.expose());
}

/// A message has one form: what decodes is written as it was. But for error texts, which end at
/// their first NUL: those have one from the first writing on.
template <auto decode>
void check(ByteView message, bool hasError) {
  const SecretBytes written = encode(decode(message));
  require(equal(encode(decode(written.expose())), written), "what is written is read back");
  require(hasError || std::ranges::equal(written.expose(), message), "a message has one form");
}

struct Kind {
  void (*check)(ByteView message, bool hasError);
  bool hasError;
};

constexpr Kind kKinds[] = {
    {check<decodeRequest>, false}, {check<decodeAnswer>, true}, {check<decodeOpen>, false},
    {check<decodeOpened>, true},   {check<decodePong>, false},  {check<decodeCommand>, false},
};

}  // namespace

void run(ByteView bytes) {
  Input input(bytes);
  const Kind& kind = kKinds[input.number() % std::size(kKinds)];
  try {
    kind.check(input.rest(), kind.hasError);
  } catch (const ProtocolError&) {
    // Refused, as most inputs are.
  }
}

}  // namespace strongroom::fuzz
