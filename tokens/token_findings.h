#pragma once

#include <string>
#include <vector>

#include "hsm/administration.h"
#include "service/keys/metadata_store.h"

namespace strongroom::tokens {

/// Something about a token that an administrator has to know of.
struct Finding {
  std::string subject;   ///< "CMK 1234abcd-..., version 1"
  std::string what;      ///< "CKA_EXTRACTABLE is true"
  std::string nextStep;  ///< what to do
};

/// "CMK 1234abcd-..., version 1", "binding key", "'label'".
std::string subjectOf(const hsm::TokenObject& object);

/// What of the objects themselves breaks our promises.
std::vector<Finding> findingsAmong(const std::vector<hsm::TokenObject>& objects);

/// What does not match between the objects and the records of `store`. `fingerprint` is the token's
/// (keys/token_fingerprint.h); a store of another token is one finding, and not compared further.
std::vector<Finding> findingsAgainst(keys::MetadataStore& store, const std::string& fingerprint,
                                     const std::vector<hsm::TokenObject>& objects);

}  // namespace strongroom::tokens
