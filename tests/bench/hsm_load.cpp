#include "tests/bench/hsm_load.h"

namespace strongroom::bench {
namespace {

constexpr std::size_t kDataKeyBytes = 32;

hsm::Deadline soon() {
  return hsm::deadlineIn(std::chrono::seconds(10));
}

}  // namespace

KeyRef makeKey(hsm::Hsm& hsm) {
  KeyRef ref;
  hsm.random(ref.key.bytes, soon());
  hsm.generateKey(ref, soon());
  hsm.verifyKey(ref, soon());
  return ref;
}

std::vector<Measurement> measureHsm(hsm::Hsm& hsm, const Bounds& bounds) {
  const KeyRef ref = makeKey(hsm);
  const hsm::DataKey made =
      hsm.generateDataKey(ref, kDataKeyBytes, hsm::Plaintext::kReturn, soon());
  const Operation generate = [&hsm, ref] {
    hsm.generateDataKey(ref, kDataKeyBytes, hsm::Plaintext::kReturn, soon());
  };
  const Operation unwrap = [&hsm, ref, &made] {
    hsm.unwrapDataKey(ref, made.method, made.wrapped, soon());
  };

  std::vector<Measurement> results;
  for (const unsigned threads : {1U, 2U, 8U}) {
    for (const auto& [name, operation] :
         {std::pair("generateDataKey", generate), {"unwrapDataKey", unwrap}}) {
      results.push_back(measure(
          name, threads, bounds, [&](unsigned) { return operation; }, CpuTime::of(0)));
    }
  }
  return results;
}

}  // namespace strongroom::bench
