#pragma once

#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "hsm/deadline_mutex.h"
#include "hsm/hsm.h"
#include "service/keys/binding_keys.h"
#include "service/keys/clock.h"
#include "service/keys/clock_guard.h"
#include "service/keys/metadata_store.h"
#include "service/keys/tokens.h"

namespace strongroom::keys {

/// Told the name of each step as it is passed ("intent recorded", "object generated", ...), in
/// order. Tests kill the process there; the service passes none.
using StepObserver = std::function<void(std::string_view step)>;

/// What a crash or a stranger left behind; found at start, reported, never deleted by itself.
struct Leftovers {
  std::vector<KeyVersion> intents;     ///< recorded, never made visible
  std::vector<KeyRef> strayObjects;    ///< CMKs in a token that no record says to be in it
  std::vector<KeyRef> missingObjects;  ///< visible versions whose object their token does not hold
  std::vector<KeyRef> outOfReach;      ///< visible versions whose token is not there to be asked
};

/// What a wall clock that jumps (clock_guard.h) means for deletions that it makes due.
enum class ClockJumps {
  kHoldDeletions,  ///< none begins until the clock is trusted again
  kBelieve,        ///< for calendars that are moved on purpose, in tests
};

/// Makes, rotates and destroys keys so that a crash at any point leaves neither a lost CMK nor a
/// visible key without one. Intent first, then the HSM object, checked, then the record made
/// visible. Thread-safe. Throws hsm::Error, kBusy where the deadline passed before a turn came or a
/// key was begun, and StoreError.
class Lifecycle {
 public:
  Lifecycle(MetadataStore& store, Tokens& tokens, BindingKeys& bindings, const Clock& clock,
            StepObserver observer = {}, ClockJumps clockJumps = ClockJumps::kHoldDeletions);

  /// Makes a key in the token for new keys; the record's id, description, policy are the caller's;
  /// returns it as made visible. Nothing is recorded while the token does not answer or is another
  /// one than at start.
  /// Whatever fails after that leaves the intent recorded, since it is what names an object that
  /// may exist; only a token that says it is full has made none for sure, and then it is withdrawn.
  KeyRecord createKey(KeyRecord key, const std::vector<Tag>& tags, hsm::Deadline deadline);

  /// Adds a version in the token for new keys, wherever the older ones are, and makes it current.
  /// nullopt when the key is gone meanwhile. The new version takes the number after all that the
  /// store, or a token that answers, knows of this key, whatever a crash or a restored backup left
  /// there. Intents as in createKey().
  std::optional<KeyRecord> rotateKey(const KeyId& key, RotationType type, hsm::Deadline deadline);

  /// Destroys what is due and finishes what a crash interrupted: every object in a token that
  /// bears the key's id, recorded or not; logs each. A record is forgotten only when each token
  /// that its versions are in, proved to be the one that this process began with, lists no object
  /// of its key any more. A key whose objects cannot be destroyed is logged and left for the next
  /// call. A token that does not answer holds up the keys that it holds, and no other; the error is
  /// thrown at the end. Does nothing while the clock is not trusted, and logs the jump. Returns how
  /// many keys went.
  std::size_t destroyDueKeys(hsm::Deadline deadline);

  /// Rotates every enabled key that is due and moves its next date on by whole periods, past now.
  /// A rotation that failed after it was begun is not begun again for a day, since each attempt may
  /// leave an object in the token; a restart forgets that, and tries at once. An error of the token
  /// for new keys as a whole is thrown. Returns how many keys were rotated.
  std::size_t rotateDueKeys(hsm::Deadline deadline);

  /// Compares records with the tokens' objects and logs a warning for each that has no counterpart,
  /// and for each token that holds keys and is not there. Of the tokens only the first one's errors
  /// are thrown. Call it at start: a key that is being made meanwhile is an intent too.
  Leftovers findLeftovers(hsm::Deadline deadline);

 private:
  using Turn = std::unique_lock<hsm::DeadlineMutex>;

  Turn takeTurn(hsm::Deadline deadline);
  bool trustsClock();
  void step(const std::string& name) const;
  void makeObject(Token& token, const KeyRef& ref, const std::string& stepPrefix,
                  hsm::Deadline deadline);
  KeyRef nextVersion(const KeyRecord& key, hsm::Deadline deadline);
  std::optional<KeyRecord> rotateAlone(const KeyId& key, RotationType type, hsm::Deadline deadline);

  struct Stock;
  std::vector<Stock> takeStock(hsm::Deadline deadline);
  std::exception_ptr obstacle(const KeyId& key, const std::vector<Stock>& stocks);
  void destroyIn(Stock& stock, const KeyId& key, hsm::Deadline deadline);
  void destroyObject(Token& token, const KeyRef& ref, hsm::Deadline deadline);

  void compareWith(Token& token, Leftovers& leftovers, hsm::Deadline deadline);
  void findOutOfReach(Leftovers& leftovers);
  /// "the token", or which one where there are several.
  std::string nameOf(const Token& token) const;

  MetadataStore& store_;
  Tokens& tokens_;
  BindingKeys& bindings_;
  const Clock& clock_;
  StepObserver observer_;
  /// One rotation or destruction at a time: two rotations at once would take the same version
  /// number, and one beside a destruction would leave a new object behind that no record names.
  hsm::DeadlineMutex changing_;
  /// Keys whose automatic rotation was begun and has not succeeded; guarded by changing_.
  std::unordered_map<KeyId, TimePoint> restUntil_;
  const ClockJumps clockJumps_;
  ClockGuard clockGuard_;  ///< guarded by changing_
};

}  // namespace strongroom::keys
