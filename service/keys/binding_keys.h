#pragma once

#include <memory>
#include <shared_mutex>
#include <unordered_map>

#include "hsm/hsm.h"
#include "hsm/key_ref.h"
#include "hsm/secret_bytes.h"
#include "service/keys/tokens.h"

namespace strongroom::keys {

/// The subkeys that bind ciphertexts to key version and context: derived in the token that holds
/// the version, by its binding key, when the version is first used, then held in zeroising memory.
/// Losing this memory loses the binding, never a CMK. Thread-safe.
class BindingKeys {
 public:
  explicit BindingKeys(Tokens& tokens) : tokens_(tokens) {}

  /// The subkey of one key version; one HSM call the first time. Shared, so that forget() cannot
  /// pull it away.
  std::shared_ptr<const SecretBytes> subkey(const KeyRef& ref, hsm::Deadline deadline);

  /// Drops every subkey of a destroyed key.
  void forget(const KeyId& key);

 private:
  Tokens& tokens_;
  std::shared_mutex mutex_;
  std::unordered_map<KeyRef, std::shared_ptr<const SecretBytes>> subkeys_;
};

}  // namespace strongroom::keys
