#pragma once

#include <Poco/Logger.h>

#include <string>
#include <vector>

#include "hsm/error.h"
#include "hsm/hsm.h"
#include "hsm/key_ref.h"

// What the parts of Lifecycle share: lifecycle.cpp, lifecycle_destruction.cpp,
// lifecycle_leftovers.cpp.
namespace strongroom::keys {

inline Poco::Logger& keysLogger() {
  return Poco::Logger::get("keys");
}

/// "version 2 of key 1234abcd-..."
std::string describe(const KeyRef& ref);

/// What `wanted` has and `present` lacks; both sorted.
std::vector<KeyRef> difference(const std::vector<KeyRef>& wanted,
                               const std::vector<KeyRef>& present);

/// What is in either; both sorted.
std::vector<KeyRef> unionOf(const std::vector<KeyRef>& one, const std::vector<KeyRef>& other);

/// The members of `refs` that are versions of `key`.
std::vector<KeyRef> versionsOf(const KeyId& key, const std::vector<KeyRef>& refs);

/// How long one of several tokens may take, so that time is left for the others.
hsm::Deadline halfWayTo(hsm::Deadline deadline);

/// Errors that the next key would meet as well, so that going on makes no sense.
bool concernsTheToken(hsm::ErrorCode code);

/// Works on each key, so that one that cannot be done does not keep the others waiting for ever.
/// Returns for how many `work(key)` was true.
template <class Work>
std::size_t forEachKey(const std::vector<KeyId>& keys, const char* what, const Work& work) {
  std::size_t done = 0;
  for (const KeyId& key : keys) {
    try {
      if (work(key)) ++done;
    } catch (const hsm::Error& error) {
      if (concernsTheToken(error.code())) throw;
      keysLogger().error("key " + key.toString() + " was not " + what + ": " + error.what());
    }
  }
  return done;
}

}  // namespace strongroom::keys
