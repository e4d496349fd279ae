#include "service/keys/lifecycle_details.h"

#include <algorithm>
#include <iterator>

namespace strongroom::keys {

std::string describe(const KeyRef& ref) {
  return "version " + std::to_string(ref.version) + " of key " + ref.key.toString();
}

std::vector<KeyRef> difference(const std::vector<KeyRef>& wanted,
                               const std::vector<KeyRef>& present) {
  std::vector<KeyRef> missing;
  std::set_difference(wanted.begin(), wanted.end(), present.begin(), present.end(),
                      std::back_inserter(missing));
  return missing;
}

std::vector<KeyRef> unionOf(const std::vector<KeyRef>& one, const std::vector<KeyRef>& other) {
  std::vector<KeyRef> both;
  std::set_union(one.begin(), one.end(), other.begin(), other.end(), std::back_inserter(both));
  return both;
}

std::vector<KeyRef> versionsOf(const KeyId& key, const std::vector<KeyRef>& refs) {
  std::vector<KeyRef> versions;
  std::copy_if(refs.begin(), refs.end(), std::back_inserter(versions),
               [&](const KeyRef& ref) { return ref.key == key; });
  return versions;
}

hsm::Deadline halfWayTo(hsm::Deadline deadline) {
  const auto now = std::chrono::steady_clock::now();
  return deadline <= now ? deadline : now + (deadline - now) / 2;
}

bool concernsTheToken(hsm::ErrorCode code) {
  using enum hsm::ErrorCode;
  return code == kBusy || code == kTokenUnavailable || code == kPinRefused ||
         code == kTokenNotFound || code == kTokenFull;
}

}  // namespace strongroom::keys
