#include "service/auth/signing_key.h"

#include <mutex>

#include "service/crypto/digest.h"

namespace strongroom::auth {

SecretBytes deriveSigningKey(const SecretBytes& secretAccessKey, const CredentialScope& scope) {
  SecretBytes key(asBytes("AWS4"));
  key.append(secretAccessKey.expose());
  for (const std::string* part : {&scope.date, &scope.region, &scope.service, &scope.terminator}) {
    key = crypto::hmacSha256(key.expose(), {asBytes(*part)});
  }
  return key;
}

std::shared_ptr<const SecretBytes> SigningKeyCache::find(const SecretBytes& secretAccessKey,
                                                         const CredentialScope& scope) {
  {
    const std::shared_lock lock(mutex_);
    const auto entry = entries_.find(scope.accessKeyId);
    if (entry != entries_.end() && entry->second.date == scope.date) return entry->second.key;
  }
  auto key = std::make_shared<const SecretBytes>(deriveSigningKey(secretAccessKey, scope));
  const std::unique_lock lock(mutex_);
  if (entries_.size() >= kCapacity && !entries_.contains(scope.accessKeyId)) {
    entries_.erase(entries_.begin());  // any: the next use derives it again
  }
  entries_.insert_or_assign(scope.accessKeyId, Entry{scope.date, key});
  return key;
}

std::size_t SigningKeyCache::size() const {
  const std::shared_lock lock(mutex_);
  return entries_.size();
}

}  // namespace strongroom::auth
