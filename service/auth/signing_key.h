#pragma once

#include <memory>
#include <shared_mutex>
#include <string>
#include <unordered_map>

#include "hsm/secret_bytes.h"
#include "service/auth/authorization_header.h"

namespace strongroom::auth {

/// Signature Version 4's signing key: HMAC-SHA256 chained over date, Region, service and
/// terminator, 32 bytes.
SecretBytes deriveSigningKey(const SecretBytes& secretAccessKey, const CredentialScope& scope);

/// Remembers signing keys, since deriving one costs four HMACs and a client uses the same for a
/// whole day. One entry per access key, replaced when the day changes; at most kCapacity of them,
/// wiped when they go. The verifier checked Region and service before, so they are the same for all
/// entries. Thread-safe.
class SigningKeyCache {
 public:
  static constexpr std::size_t kCapacity = 1024;

  /// The signing key for `scope`, derived from `secretAccessKey` when it is not the one remembered.
  std::shared_ptr<const SecretBytes> find(const SecretBytes& secretAccessKey,
                                          const CredentialScope& scope);

  /// The number of entries.
  std::size_t size() const;

 private:
  struct Entry {
    std::string date;
    std::shared_ptr<const SecretBytes> key;
  };

  mutable std::shared_mutex mutex_;
  std::unordered_map<std::string, Entry> entries_;  // by access key id
};

}  // namespace strongroom::auth
