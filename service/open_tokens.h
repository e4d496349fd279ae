#pragma once

#include <memory>
#include <vector>

#include "hsm/hsm.h"
#include "service/config/config.h"
#include "service/keys/metadata_store.h"
#include "service/keys/tokens.h"

namespace strongroom::service {

/// The tokens of the configuration, each in worker processes of its own, opened and known to the
/// store.
class OpenTokens {
 public:
  /// Opens [token], which must be there, and what further ones are there. Throws
  /// std::runtime_error (also hsm::Error, keys::StoreError) that says what to mend.
  OpenTokens(const config::Config& config, keys::MetadataStore& store);
  OpenTokens(const OpenTokens&) = delete;
  OpenTokens& operator=(const OpenTokens&) = delete;

  keys::Tokens& tokens() { return tokens_; }

  /// An administrator has acted: a PIN that was refused is tried once more.
  void retryLogins();

 private:
  const std::unique_ptr<hsm::Hsm> first_;
  const std::vector<std::unique_ptr<hsm::Hsm>> further_;
  keys::Tokens tokens_;
};

/// keys::recogniseToken(), said in the log.
void takeIn(keys::MetadataStore& store, keys::Tokens& tokens, keys::Token& token,
            hsm::Deadline deadline);

}  // namespace strongroom::service
