#include "tokens/token_findings.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "tokens/text_output.h"

namespace strongroom::tokens {
namespace {

constexpr auto kUnprotected =
    "Its protection is not what Strongroom promises. Rotate or delete the key, and find out who "
    "made "
    "or changed this object.";
constexpr auto kUncertain =
    "Strongroom neither uses nor destroys it. Find out whose it is; the vendor's tool removes it.";
constexpr auto kNoBindingKey =
    "The token was not made by 'strongroom token init', or somebody destroyed the key: without it "
    "no "
    "ciphertext can be decrypted. Restore the token from its backup.";
constexpr auto kOtherToken =
    "Point [token] at the token that the keys of this store are in, or [store] at this token's "
    "own.";
constexpr auto kMissing =
    "What it encrypted cannot be decrypted. Is this the right token? Else restore it from its "
    "backup.";
constexpr auto kStray =
    "Ciphertexts under it may exist. Is the store older than the token? Never delete it on "
    "suspicion.";
constexpr auto kIntent = "A crash interrupted its making, and nobody was given it: nothing to do.";

std::string subjectOf(const KeyRef& ref) {
  return "CMK " + ref.key.toString() + ", version " + std::to_string(ref.version);
}

std::set<KeyRef> namesOf(const std::vector<hsm::TokenObject>& objects) {
  std::set<KeyRef> names;
  for (const hsm::TokenObject& object : objects) {
    const bool namesKey = object.ref.key != KeyId{};
    if (namesKey && object.owner != hsm::Owner::kForeign) names.insert(object.ref);
  }
  return names;
}

}  // namespace

std::string subjectOf(const hsm::TokenObject& object) {
  if (object.owner == hsm::Owner::kCmk) return subjectOf(object.ref);
  if (object.owner == hsm::Owner::kBindingKey) return "binding key";
  if (!object.label.empty()) return "'" + printable(object.label) + "'";
  return object.id.empty() ? "(no name)" : "id " + toHex(object.id);
}

std::vector<Finding> findingsAmong(const std::vector<hsm::TokenObject>& objects) {
  std::vector<Finding> findings;
  for (const hsm::TokenObject& object : objects) {
    const bool uncertain = object.owner == hsm::Owner::kUncertain;
    for (const std::string& fault : object.faults) {
      findings.push_back({subjectOf(object), fault, uncertain ? kUncertain : kUnprotected});
    }
  }
  if (std::ranges::find(objects, hsm::Owner::kBindingKey, &hsm::TokenObject::owner) ==
      objects.end()) {
    findings.push_back({"binding key", "there is none", kNoBindingKey});
  }
  return findings;
}

std::vector<Finding> findingsAgainst(keys::MetadataStore& store, const std::string& fingerprint,
                                     const std::vector<hsm::TokenObject>& objects) {
  const std::vector<keys::TokenRecord> known = store.tokens();
  const auto own = std::ranges::find(known, fingerprint, &keys::TokenRecord::fingerprint);
  if (!known.empty() && own == known.end()) {
    return {{"store", "it belongs to another token", kOtherToken}};
  }
  const keys::TokenNumber number = known.empty() ? keys::kFirstToken : own->number;
  std::vector<Finding> findings;
  const std::set<KeyRef> present = namesOf(objects);
  std::set<KeyRef> intended;
  for (const keys::KeyVersion& intent : store.intents()) {
    if (intent.token != number) continue;
    intended.insert(intent.ref);
    const bool made = present.contains(intent.ref);
    findings.push_back({subjectOf(intent.ref),
                        made ? "it was begun and never finished; its object is there"
                             : "it was begun and never finished; it has no object",
                        kIntent});
  }
  const std::vector<KeyRef> all = store.versionsIn(number);
  const std::set<KeyRef> recorded(all.begin(), all.end());
  for (const KeyRef& ref : recorded) {
    // A key whose destruction was interrupted lacks objects rightly, and is invisible.
    if (present.contains(ref) || intended.contains(ref) || !store.findKey(ref.key)) continue;
    findings.push_back({subjectOf(ref), "the store has it, and the token does not", kMissing});
  }
  for (const hsm::TokenObject& object : objects) {
    if (object.owner != hsm::Owner::kCmk || recorded.contains(object.ref)) continue;
    findings.push_back({subjectOf(object), "the token has it, and no record names it", kStray});
  }
  return findings;
}

}  // namespace strongroom::tokens
