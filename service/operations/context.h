#pragma once

#include <string>

#include "hsm/hsm.h"
#include "service/auth/principal.h"
#include "service/keys/arn.h"
#include "service/keys/clock.h"
#include "service/keys/envelope.h"
#include "service/keys/lifecycle.h"
#include "service/keys/metadata_store.h"
#include "service/keys/tokens.h"

namespace strongroom::operations {

/// What operations work with; built once by the composition root, which owns it all.
struct Kms {
  const keys::Account& account;
  keys::MetadataStore& store;
  keys::Tokens& tokens;
  keys::Envelope& envelope;
  keys::Lifecycle& lifecycle;
  const keys::Clock& clock;
};

/// One call: who, until when, on what. Lives as long as the call.
struct Context {
  Kms& kms;
  const auth::Principal& principal;
  const std::string& requestId;
  hsm::Deadline deadline;
};

}  // namespace strongroom::operations
