#pragma once

#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <unordered_map>

#include "hsm/hsm.h"
#include "service/auth/principal.h"
#include "service/keys/arn.h"
#include "service/keys/metadata_store.h"

namespace strongroom::auth {

/// An identity and what proves it.
struct Credential {
  Principal principal;
  std::shared_ptr<const SecretBytes> secretAccessKey;
};

/// Finds credentials by access key id. The store is asked each time, so that a removed identity is
/// refused at once; the derived secret is cached until then. Thread-safe.
class Credentials {
 public:
  Credentials(keys::MetadataStore& store, hsm::Hsm& hsm, keys::Account account);

  /// Derives the secret of every identity there is, so that those survive the loss of the token.
  /// Throws as find() does.
  void deriveAll(hsm::Deadline deadline);

  /// nullopt when no such access key exists. Throws keys::StoreError, and hsm::Error when the token
  /// cannot derive.
  std::optional<Credential> find(const std::string& accessKeyId, hsm::Deadline deadline);

 private:
  std::shared_ptr<const SecretBytes> secretOf(const std::string& accessKeyId,
                                              hsm::Deadline deadline);
  void forget(const std::string& accessKeyId);

  keys::MetadataStore& store_;
  hsm::Hsm& hsm_;
  keys::Account account_;
  std::shared_mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<const SecretBytes>> secrets_;
};

}  // namespace strongroom::auth
