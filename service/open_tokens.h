#pragma once

#include <memory>
#include <vector>

#include "hsm/hsm.h"
#include "service/config/config.h"
#include "service/keys/metadata_store.h"
#include "service/keys/tokens.h"
#include "service/late_token.h"

namespace strongroom::service {

/// The tokens of the configuration, opened and known to the store. Owns them; ends them in the
/// opposite order.
class OpenTokens {
 public:
  /// Opens [token], which must be there, and what further ones are there. Throws
  /// std::runtime_error (also hsm::Error, keys::StoreError) that says what to mend.
  OpenTokens(const config::Config& config, keys::MetadataStore& store);
  ~OpenTokens();
  OpenTokens(const OpenTokens&) = delete;
  OpenTokens& operator=(const OpenTokens&) = delete;

  keys::Tokens& tokens() { return tokens_; }

  /// Tries now to open what is not there, also with a PIN that was refused.
  void tryAgain();

 private:
  const std::unique_ptr<hsm::Hsm> first_;
  std::vector<std::unique_ptr<LateToken>> further_;
  keys::Tokens tokens_;
};

/// keys::recogniseToken(), said in the log.
void takeIn(keys::MetadataStore& store, keys::Tokens& tokens, keys::Token& token,
            hsm::Deadline deadline);

}  // namespace strongroom::service
