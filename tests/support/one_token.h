#pragma once

#include "service/keys/metadata_store.h"
#include "service/keys/tokens.h"

namespace strongroom::testing {

/// The one token of a service that has no other, known already.
class OneToken : public keys::Tokens {
 public:
  /// It holds every version that anybody asks for.
  explicit OneToken(hsm::Hsm& hsm)
      : OneToken(hsm, [](const KeyRef&) { return keys::kFirstToken; }) {}

  /// It holds the versions that `store` says to be in it.
  OneToken(hsm::Hsm& hsm, keys::MetadataStore& store)
      : OneToken(hsm, [&store](const KeyRef& ref) { return store.tokenOf(ref); }) {}

 private:
  OneToken(hsm::Hsm& hsm, FindHome findHome) : Tokens({{"token", hsm}}, std::move(findHome)) {
    first().setNumber(keys::kFirstToken);
  }
};

}  // namespace strongroom::testing
