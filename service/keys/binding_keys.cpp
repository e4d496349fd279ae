#include "service/keys/binding_keys.h"

#include <mutex>

namespace strongroom::keys {
namespace {

/// Ends in a NUL, as all our labels do, so that none is the beginning of another: the token's
/// binding key also derives what other parts of the service need.
constexpr std::string_view kSubkeyLabel("strongroom-binding-subkey-v1\0", 29);

Bytes derivationInput(const KeyRef& ref) {
  Bytes input(asBytes(kSubkeyLabel).begin(), asBytes(kSubkeyLabel).end());
  input.insert(input.end(), ref.key.bytes.begin(), ref.key.bytes.end());
  appendBigEndian(input, ref.version);
  return input;
}

}  // namespace

std::shared_ptr<const SecretBytes> BindingKeys::subkey(const KeyRef& ref, hsm::Deadline deadline) {
  {
    const std::shared_lock lock(mutex_);
    if (const auto found = subkeys_.find(ref); found != subkeys_.end()) return found->second;
  }
  // Derived outside the lock: a slow token must not hold up the keys that are already known. Two
  // threads may derive the same subkey; the first to come back is kept.
  auto derived = std::make_shared<const SecretBytes>(
      tokens_.holding(ref).bindingMac(derivationInput(ref), deadline));
  const std::unique_lock lock(mutex_);
  return subkeys_.try_emplace(ref, std::move(derived)).first->second;
}

void BindingKeys::forget(const KeyId& key) {
  const std::unique_lock lock(mutex_);
  std::erase_if(subkeys_, [&](const auto& entry) { return entry.first.key == key; });
}

}  // namespace strongroom::keys
