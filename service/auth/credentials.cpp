#include "service/auth/credentials.h"

#include <mutex>
#include <utility>

#include "service/auth/access_key.h"

namespace strongroom::auth {

Credentials::Credentials(keys::MetadataStore& store, hsm::Hsm& hsm, keys::Account account)
    : store_(store), hsm_(hsm), account_(std::move(account)) {}

void Credentials::deriveAll(hsm::Deadline deadline) {
  for (const keys::Identity& identity : store_.listIdentities()) {
    secretOf(identity.accessKeyId, deadline);
  }
}

std::optional<Credential> Credentials::find(const std::string& accessKeyId,
                                            hsm::Deadline deadline) {
  if (!isAccessKeyId(accessKeyId)) return std::nullopt;
  const std::optional<keys::Identity> identity = store_.findIdentity(accessKeyId);
  if (!identity) {
    forget(accessKeyId);
    return std::nullopt;
  }
  return Credential{{account_.userArn(identity->name), accessKeyId, identity->role},
                    secretOf(accessKeyId, deadline)};
}

std::shared_ptr<const SecretBytes> Credentials::secretOf(const std::string& accessKeyId,
                                                         hsm::Deadline deadline) {
  {
    const std::shared_lock lock(mutex_);
    if (const auto cached = secrets_.find(accessKeyId); cached != secrets_.end()) {
      return cached->second;
    }
  }
  // Outside the lock, for a token can be slow: threads that race here derive the same secret.
  auto derived = std::make_shared<const SecretBytes>(secretAccessKey(hsm_, accessKeyId, deadline));
  const std::unique_lock lock(mutex_);
  return secrets_.try_emplace(accessKeyId, std::move(derived)).first->second;
}

void Credentials::forget(const std::string& accessKeyId) {
  const std::unique_lock lock(mutex_);
  secrets_.erase(accessKeyId);
}

}  // namespace strongroom::auth
