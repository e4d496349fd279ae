// Everything that is read from a PKCS#11 module, which may answer anything. Input: how the token is
// used, then the module's lies (lying_module.h).
#include "hsm/error.h"
#include "hsm/pkcs11/pkcs11_hsm.h"
#include "hsm/pkcs11/slot_status.h"
#include "hsm/pkcs11/token_finder.h"
#include "hsm/pkcs11/token_objects.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/lying_module.h"

namespace strongroom::fuzz {
namespace {

using namespace hsm::pkcs11;

constexpr KeyRef kKey{.key = {}, .version = 1};
constexpr KeyRef kNewKey{.key = {}, .version = 2};

hsm::Deadline soon() {
  return hsm::deadlineIn(std::chrono::seconds(10));
}

/// One call of the layer's interface: it gives what it promises or hsm::Error.
template <class Call>
void attempt(Call&& call) {
  try {
    call();
  } catch (const hsm::Error& error) {
    require(!std::string_view(error.what()).empty(), "an error says something");
  }
}

void serve(std::unique_ptr<Module> module) {
  const auto token = findToken(*module, {.label = "strongroom", .serial = {}, .uri = {}});
  if (!token) return;
  Pkcs11Hsm hsm(std::move(module), *token, SecretBytes(asBytes("1234")), 2);
  require(hsm::isDataKeyLength(hsm.describe().longestDataKey), "the trial found a length");
  hsm::DataKey made;
  attempt([&] { made = hsm.generateDataKey(kKey, 32, hsm::Plaintext::kReturn, soon()); });
  if (!made.wrapped.empty()) {
    require(made.plaintext.size() == 32, "a data key has the length that was asked for");
    require(made.wrapped.size() == hsm::wrappedSize(made.method, 32), "so has its wrapped form");
    attempt([&] {
      const SecretBytes back = hsm.unwrapDataKey(kKey, made.method, made.wrapped, soon());
      require(hsm::isDataKeyLength(back.size()), "what is unwrapped has the length of a data key");
    });
  }
  attempt(
      [&] { require(hsm.bindingMac(asBytes("m"), soon()).size() == 32, "a MAC has 32 bytes"); });
  attempt([&] { hsm.generateKey(kNewKey, soon()); });
  attempt([&] { hsm.verifyKey(kNewKey, soon()); });
  attempt([&] { hsm.listKeys(soon()); });
  attempt([&] { hsm.probe(soon()); });
  attempt([&] { hsm.destroyKey(kNewKey, soon()); });
  std::array<std::byte, 8> random{};
  attempt([&] { hsm.random(random, soon()); });
  hsm.statistics();
}

void administer(std::unique_ptr<Module> module) {
  for (const hsm::SlotStatus& slot : slotsOf(*module)) {
    require(slot.token.label.size() <= 32, "a label is a field of 32 bytes");
  }
  Pkcs11TokenObjects objects(std::move(module), {.label = "strongroom", .serial = {}, .uri = {}},
                             SecretBytes(asBytes("1234")));
  attempt([&] { objects.bindingMac(asBytes("m")); });
  for (const hsm::TokenObject& object : objects.list({})) {
    attempt([&] { objects.destroy(object); });
  }
}

}  // namespace

void run(ByteView bytes) {
  Input input(bytes);
  const bool serves = input.number() % 2 == 0;
  LyingModule module(input.rest());
  attempt([&] { serves ? serve(module.adopt()) : administer(module.adopt()); });
}

}  // namespace strongroom::fuzz
