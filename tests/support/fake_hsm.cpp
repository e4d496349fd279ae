#include "tests/support/fake_hsm.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <numeric>
#include <stdexcept>
#include <utility>

#include "tests/support/key_wrap.h"

namespace strongroom::testing {
namespace {

constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kMaxRandomBytes = 1024;
constexpr std::size_t kMaxMacInput = 200;

using hsm::Error;
using hsm::ErrorCode;

void fillRandom(std::span<std::byte> out) {
  if (RAND_bytes(reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(out.size())) != 1) {
    throw std::runtime_error("RAND_bytes failed");
  }
}

SecretBytes randomSecret(std::size_t size) {
  SecretBytes secret(size);
  fillRandom(secret.exposeWritable());
  return secret;
}

std::string nameOf(const KeyRef& ref) {
  return ref.key.toString() + "/" + std::to_string(ref.version);
}

}  // namespace

FakeHsm::FakeHsm(hsm::WrapMethod method, std::size_t longestDataKey)
    : method_(method),
      longestDataKey_(longestDataKey),
      bindingKey_(randomSecret(kKeyBytes)),
      bindingKeyAtStart_(bindingKey_.clone()) {}

void FakeHsm::failNext(Error error, unsigned after) {
  const std::lock_guard lock(mutex_);
  callsBeforeFailure_ = after;
  nextFailure_ = std::move(error);
}

void FakeHsm::reinitialise() {
  const std::lock_guard lock(mutex_);
  keys_.clear();
  bindingKey_ = randomSecret(kKeyBytes);
}

std::uint64_t FakeHsm::calls(std::string_view function) const {
  const std::lock_guard lock(mutex_);
  if (function.empty()) {
    return std::accumulate(calls_.begin(), calls_.end(), std::uint64_t{0},
                           [](std::uint64_t sum, const auto& entry) { return sum + entry.second; });
  }
  const auto found = calls_.find(function);
  return found == calls_.end() ? 0 : found->second;
}

void FakeHsm::enter(hsm::Deadline deadline) {
  if (nextFailure_ && callsBeforeFailure_-- == 0) {
    const Error failure = *std::exchange(nextFailure_, std::nullopt);
    throw failure;
  }
  if (std::chrono::steady_clock::now() >= deadline) {
    throw Error(ErrorCode::kBusy, "the deadline passed before the call was made");
  }
}

const SecretBytes& FakeHsm::key(const KeyRef& ref) const {
  const auto found = keys_.find(ref);
  if (found == keys_.end()) {
    throw Error(ErrorCode::kKeyNotFound, "the token holds no key " + nameOf(ref));
  }
  return found->second;
}

hsm::TokenDescription FakeHsm::describe() const {
  return {.label = "fake",
          .serial = "0000000000000001",
          .manufacturer = "Strongroom",
          .model = "in-memory fake",
          .firmware = "1.0",
          .library = "none",
          .longestDataKey = longestDataKey_,
          .dangers = {}};
}

void FakeHsm::generateKey(const KeyRef& ref, hsm::Deadline deadline) {
  const std::lock_guard lock(mutex_);
  enter(deadline);
  if (keys_.contains(ref)) {
    throw Error(ErrorCode::kKeyUnusable, "the token already holds a key " + nameOf(ref));
  }
  count("C_GenerateKey");
  keys_.emplace(ref, randomSecret(kKeyBytes));
}

void FakeHsm::verifyKey(const KeyRef& ref, hsm::Deadline deadline) {
  const std::lock_guard lock(mutex_);
  enter(deadline);
  static_cast<void>(key(ref));
  for (const char* function :
       {"C_GetAttributeValue", "C_GenerateKey", "C_WrapKey", "C_UnwrapKey"}) {
    count(function);
  }
}

void FakeHsm::destroyKey(const KeyRef& ref, hsm::Deadline deadline) {
  const std::lock_guard lock(mutex_);
  enter(deadline);
  static_cast<void>(key(ref));
  count("C_DestroyObject");
  keys_.erase(ref);
}

std::vector<KeyRef> FakeHsm::listKeys(hsm::Deadline deadline) {
  const std::lock_guard lock(mutex_);
  enter(deadline);
  count("C_FindObjects");
  std::vector<KeyRef> refs;
  for (const auto& [ref, value] : keys_) refs.push_back(ref);
  return refs;
}

hsm::DataKey FakeHsm::generateDataKey(const KeyRef& ref, std::size_t bytes,
                                      hsm::Plaintext plaintext, hsm::Deadline deadline) {
  const std::lock_guard lock(mutex_);
  enter(deadline);
  if (!hsm::isDataKeyLength(bytes) || bytes > longestDataKey_) {
    throw Error(ErrorCode::kFault, "a data key has a multiple of 8 bytes, 16 to the longest");
  }
  const SecretBytes& wrappingKey = key(ref);
  count("C_GenerateKey");
  count("C_WrapKey");
  hsm::DataKey dataKey;
  dataKey.plaintext = randomSecret(bytes);
  dataKey.method = method_;
  dataKey.wrapped = wrapInSoftware(wrappingKey, method_, dataKey.plaintext.expose());
  if (plaintext == hsm::Plaintext::kReturn) {
    count("C_GetAttributeValue");
  } else {
    dataKey.plaintext = SecretBytes();
  }
  count("C_DestroyObject");
  return dataKey;
}

SecretBytes FakeHsm::unwrapDataKey(const KeyRef& ref, hsm::WrapMethod method, ByteView wrapped,
                                   hsm::Deadline deadline) {
  const std::lock_guard lock(mutex_);
  enter(deadline);
  const SecretBytes& wrappingKey = key(ref);
  count("C_UnwrapKey");
  try {
    SecretBytes value = unwrapInSoftware(wrappingKey, method, wrapped);
    count("C_GetAttributeValue");
    count("C_DestroyObject");
    return value;
  } catch (const std::runtime_error& error) {
    throw Error(ErrorCode::kFault, error.what(), "C_UnwrapKey");
  }
}

SecretBytes FakeHsm::bindingMac(ByteView message, hsm::Deadline deadline) {
  const std::lock_guard lock(mutex_);
  enter(deadline);
  if (message.size() > kMaxMacInput) {
    throw Error(ErrorCode::kFault, "a message to bind has at most 200 bytes");
  }
  count("C_SignInit");
  count("C_Sign");
  SecretBytes mac(32);
  unsigned length = 0;
  if (HMAC(EVP_sha256(), bindingKey_.expose().data(), static_cast<int>(bindingKey_.size()),
           reinterpret_cast<const unsigned char*>(message.data()), message.size(),
           reinterpret_cast<unsigned char*>(mac.exposeWritable().data()), &length) == nullptr ||
      length != mac.size()) {
    throw Error(ErrorCode::kFault, "HMAC failed", "C_Sign");
  }
  return mac;
}

void FakeHsm::random(std::span<std::byte> out, hsm::Deadline deadline) {
  const std::lock_guard lock(mutex_);
  enter(deadline);
  if (out.size() > kMaxRandomBytes) {
    throw Error(ErrorCode::kFault, "at most 1024 random bytes are made at once");
  }
  count("C_GenerateRandom");
  fillRandom(out);
}

void FakeHsm::probe(hsm::Deadline deadline) {
  const std::lock_guard lock(mutex_);
  enter(deadline);
  count("C_GenerateKey");
  count("C_Sign");
  if (!(bindingKey_ == bindingKeyAtStart_)) {
    throw Error(ErrorCode::kKeyUnusable, "the token's binding key is another one than at start");
  }
}

hsm::Statistics FakeHsm::statistics() const {
  const std::lock_guard lock(mutex_);
  hsm::Statistics statistics;
  for (const auto& [function, calls] : calls_) {
    statistics.calls.push_back({.function = function, .calls = calls, .errors = 0, .seconds = 0});
  }
  statistics.sessionLimit = 1;
  statistics.keysCached = keys_.size();
  return statistics;
}

}  // namespace strongroom::testing
