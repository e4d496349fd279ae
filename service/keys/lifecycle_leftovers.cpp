#include <algorithm>

#include "service/keys/lifecycle.h"
#include "service/keys/lifecycle_details.h"

namespace strongroom::keys {
namespace {

void warnOf(const Leftovers& leftovers, const std::vector<KeyRef>& objects) {
  for (const KeyVersion& intent : leftovers.intents) {
    const bool made = std::binary_search(objects.begin(), objects.end(), intent.ref);
    keysLogger().warning("leftover: " + describe(intent.ref) + " was begun and never finished; " +
                         (made ? "the token holds its object" : "the token holds no object of it"));
  }
  for (const KeyRef& ref : leftovers.strayObjects) {
    keysLogger().warning("leftover: the token holds " + describe(ref) + ", which no record names");
  }
  for (const KeyRef& ref : leftovers.missingObjects) {
    keysLogger().warning("missing: the token holds no object for " + describe(ref) +
                         "; what it encrypted cannot be decrypted");
  }
}

}  // namespace

Leftovers Lifecycle::findLeftovers(hsm::Deadline deadline) {
  const Turn turn = takeTurn(deadline);
  Leftovers leftovers;
  const std::vector<KeyRef> recorded = store_.allVersions();
  const std::vector<KeyRef> objects = hsm_.listKeys(deadline);
  leftovers.intents = store_.intents();
  leftovers.strayObjects = difference(objects, recorded);

  std::vector<KeyRef> intended;
  for (const KeyVersion& intent : leftovers.intents) intended.push_back(intent.ref);
  for (const KeyRef& ref : difference(difference(recorded, intended), objects)) {
    // A key whose destruction was interrupted lacks objects rightly.
    if (store_.findKey(ref.key)) leftovers.missingObjects.push_back(ref);
  }
  warnOf(leftovers, objects);
  return leftovers;
}

}  // namespace strongroom::keys
