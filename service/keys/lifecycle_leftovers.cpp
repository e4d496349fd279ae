#include <algorithm>

#include "service/keys/lifecycle.h"
#include "service/keys/lifecycle_details.h"

namespace strongroom::keys {
namespace {

/// How many keys of a token that is out of reach are named; a log line has an end.
constexpr std::size_t kNamed = 10;

/// "1234abcd-..., 5678ef01-... and 3 more"
std::string listOf(const std::vector<KeyId>& keys) {
  std::string text;
  for (std::size_t i = 0; i < std::min(keys.size(), kNamed); ++i) {
    text += (i == 0 ? "" : ", ") + keys[i].toString();
  }
  if (keys.size() > kNamed) text += " and " + std::to_string(keys.size() - kNamed) + " more";
  return text;
}

std::vector<KeyId> keysOf(const std::vector<KeyRef>& sortedRefs) {
  std::vector<KeyId> keys;
  for (const KeyRef& ref : sortedRefs) {
    if (keys.empty() || keys.back() != ref.key) keys.push_back(ref.key);
  }
  return keys;
}

}  // namespace

Leftovers Lifecycle::findLeftovers(hsm::Deadline deadline) {
  const Turn turn = takeTurn(deadline);
  Leftovers leftovers;
  leftovers.intents = store_.intents();
  for (Token& token : tokens_.all()) {
    if (!token.number()) continue;
    try {
      compareWith(token, leftovers, deadline);
    } catch (const hsm::Error& error) {
      if (&token == &tokens_.first()) throw;
      keysLogger().warning("leftovers in [" + token.name() +
                           "] were not looked for: " + error.what());
    }
  }
  findOutOfReach(leftovers);
  return leftovers;
}

void Lifecycle::compareWith(Token& token, Leftovers& leftovers, hsm::Deadline deadline) {
  const std::vector<KeyRef> recorded = store_.versionsIn(token.requireNumber());
  const std::vector<KeyRef> objects = token.hsm().listKeys(deadline);
  const std::string name = nameOf(token);

  std::vector<KeyRef> intended;
  for (const KeyVersion& intent : leftovers.intents) {
    if (intent.token != token.number()) continue;
    intended.push_back(intent.ref);
    const bool made = std::binary_search(objects.begin(), objects.end(), intent.ref);
    keysLogger().warning("leftover: " + describe(intent.ref) + " was begun and never finished; " +
                         name + (made ? " holds its object" : " holds no object of it"));
  }
  for (const KeyRef& ref : difference(objects, recorded)) {
    leftovers.strayObjects.push_back(ref);
    keysLogger().warning("leftover: " + name + " holds " + describe(ref) + ", which no record " +
                         (tokens_.all().size() == 1 ? "names" : "says to be in it"));
  }
  for (const KeyRef& ref : difference(difference(recorded, intended), objects)) {
    // A key whose destruction was interrupted lacks objects rightly.
    if (!store_.findKey(ref.key)) continue;
    leftovers.missingObjects.push_back(ref);
    keysLogger().warning("missing: " + name + " holds no object for " + describe(ref) +
                         "; what it encrypted cannot be decrypted");
  }
}

void Lifecycle::findOutOfReach(Leftovers& leftovers) {
  for (const TokenRecord& record : store_.tokens()) {
    if (tokens_.find(record.number)) continue;
    std::vector<KeyRef> refs = store_.versionsIn(record.number);
    std::erase_if(refs, [&](const KeyRef& ref) { return !store_.findKey(ref.key); });
    if (refs.empty()) continue;
    const std::vector<KeyId> keys = keysOf(refs);
    keysLogger().error("out of reach: the token '" + record.label + "', serial " + record.serial +
                       ", is none of the configured tokens that are there, and holds versions of " +
                       std::to_string(keys.size()) + (keys.size() == 1 ? " key: " : " keys: ") +
                       listOf(keys));
    leftovers.outOfReach.insert(leftovers.outOfReach.end(), refs.begin(), refs.end());
  }
}

}  // namespace strongroom::keys
