#include "tests/faults/load.h"

namespace strongroom::testing {
namespace {

constexpr std::size_t kCmks = 4;
constexpr std::size_t kDataKeyBytes = 32;
constexpr std::size_t kSample = 60;    ///< data keys that each client keeps
constexpr std::size_t kKeysKept = 16;  ///< CMKs that are made and not destroyed
constexpr std::chrono::seconds kPreparing{30};

KeyRef refOf(std::uint32_t number) {
  KeyRef ref;
  ref.key.bytes[0] = std::byte{0xfa};
  for (std::size_t i = 0; i < 4; ++i) {
    ref.key.bytes[15 - i] = static_cast<std::byte>(number >> (8 * i));
  }
  return ref;
}

}  // namespace

Load::Load(hsm::Hsm& hsm, std::chrono::milliseconds patience)
    : hsm_(hsm), patience_(patience), made_(kClients) {
  const hsm::Deadline prepared = hsm::deadlineIn(kPreparing);
  for (std::uint32_t i = 0; i < kCmks; ++i) {
    cmks_.push_back(refOf(i));
    hsm_.generateKey(cmks_.back(), prepared);
    hsm_.verifyKey(cmks_.back(), prepared);
    known_.push_back({cmks_.back(), hsm_.generateDataKey(cmks_.back(), kDataKeyBytes,
                                                         hsm::Plaintext::kReturn, prepared)});
  }
  mac_ = hsm_.bindingMac(asBytes("a message"), prepared);
}

void Load::start() {
  for (unsigned client = 0; client + 1 < kClients; ++client) {
    threads_.emplace_back([this, client](const std::stop_token& stop) { useKeys(stop, client); });
  }
  threads_.emplace_back([this](const std::stop_token& stop) { makeKeys(stop); });
}

void Load::stop() {
  for (std::jthread& thread : threads_) thread.request_stop();
  threads_.clear();
}

void Load::useKeys(const std::stop_token& stop, unsigned client) {
  for (std::size_t turn = client; !stop.stop_requested(); ++turn) {
    makeDataKey(cmks_[turn % kCmks], made_[client]);
    unwrap(known_[turn % known_.size()]);
    if (turn % 8 == 0) askForMac();
  }
}

void Load::makeDataKey(const KeyRef& ref, std::vector<Known>& own) {
  const hsm::Deadline until = deadline();
  Known made{ref, {}};
  const bool done = data_.run(until, [&] {
    made.key = hsm_.generateDataKey(ref, kDataKeyBytes, hsm::Plaintext::kReturn, until);
  });
  if (!done) return;
  unwrap(made);
  // Old ones make room, but not all: those made before, during and after the fault are sampled.
  if (own.size() < kSample) {
    own.push_back(std::move(made));
  } else {
    own[data_.succeeded() % kSample] = std::move(made);
  }
}

void Load::unwrap(const Known& known) {
  const hsm::Deadline until = deadline();
  SecretBytes plaintext;
  const bool done = data_.run(until, [&] {
    plaintext = hsm_.unwrapDataKey(known.ref, known.key.method, known.key.wrapped, until);
  });
  if (done && !(plaintext == known.key.plaintext)) data_.noteWrong("a data key came back changed");
}

void Load::askForMac() {
  const hsm::Deadline until = deadline();
  SecretBytes mac;
  const bool done = data_.run(until, [&] { mac = hsm_.bindingMac(asBytes("a message"), until); });
  if (done && !(mac == mac_)) data_.noteWrong("a MAC came out otherwise than before");
}

void Load::makeKeys(const std::stop_token& stop) {
  using enum Attempt::Outcome;
  std::size_t kept = 0;
  while (!stop.stop_requested()) {
    Attempt& attempt = attempts_.emplace_back();
    attempt.ref = refOf(static_cast<std::uint32_t>(kCmks + attempts_.size()));
    hsm::Deadline until = deadline();
    attempt.made =
        keys_.run(until, [&] { hsm_.generateKey(attempt.ref, until); }) ? kDone : kFailed;
    if (attempt.made == kFailed) continue;
    until = deadline();
    keys_.run(until, [&] { hsm_.verifyKey(attempt.ref, until); });
    if (attempts_.size() % 4 == 0 && kept < kKeysKept) {
      ++kept;
      continue;
    }
    until = deadline();
    attempt.destroyed =
        keys_.run(until, [&] { hsm_.destroyKey(attempt.ref, until); }) ? kDone : kFailed;
  }
}

std::uint64_t Load::countLostDataKeys() {
  std::uint64_t lost = 0;
  for (const std::vector<Known>& own : made_) {
    for (const Known& known : own) {
      try {
        const SecretBytes plaintext = hsm_.unwrapDataKey(
            known.ref, known.key.method, known.key.wrapped, hsm::deadlineIn(kPreparing));
        if (!(plaintext == known.key.plaintext)) ++lost;
      } catch (const hsm::Error&) {
        ++lost;
      }
    }
  }
  return lost;
}

}  // namespace strongroom::testing
