#pragma once

#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "service/keys/records.h"

namespace strongroom::keys {

/// The store could not do what it was asked: busy past its patience, disk full, damaged. Its text
/// is for logs.
class StoreError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// One page of a listing, in a stable order; `more` when entries follow the last one.
template <class Record>
struct Page {
  std::vector<Record> entries;
  bool more = false;
};

/// Where metadata lives: one interface for SQLite and, later, PostgreSQL. Every method is one
/// transaction, durable when it returns; a change function that throws leaves nothing changed and
/// its exception passes through. Thread-safe. "Visible" records are those in kEnabled, kDisabled or
/// kPendingDeletion. All throw StoreError.
class MetadataStore {
 public:
  virtual ~MetadataStore() = default;

  // --- creating and destroying: see lifecycle.h for the order of steps
  /// Records the intent to create a key and its version 1, in `token`; neither is visible.
  /// `key.state` is kCreating.
  virtual void recordIntent(const KeyRecord& key, const std::vector<Tag>& tags,
                            TokenNumber token) = 0;
  /// Records the intent to add a version to an existing key.
  virtual void recordVersionIntent(const KeyVersion& version) = 0;
  /// Marks a version ready and current; a key that was kCreating becomes kEnabled. `change` may
  /// adjust the record in the same transaction (the next rotation date); it may be empty.
  virtual void makeVisible(const KeyRef& ref, const std::function<void(KeyRecord&)>& change) = 0;
  /// Takes an intent back of which no object was made, and the key with it when it has no other
  /// version. Does nothing where there is no such intent.
  virtual void withdrawIntent(const KeyRef& ref) = 0;
  /// Versions recorded as intents and never made visible: leftovers of a crash.
  virtual std::vector<KeyVersion> intents() = 0;
  /// Every recorded version of every key in `token`, whatever its state, sorted by ref.
  virtual std::vector<KeyRef> versionsIn(TokenNumber token) = 0;
  /// The tokens that hold recorded versions of a key, whatever its state, ascending.
  virtual std::vector<TokenNumber> tokensOf(const KeyId& key) = 0;
  /// The token that holds a ready version; nullopt when there is no such version.
  virtual std::optional<TokenNumber> tokenOf(const KeyRef& ref) = 0;
  /// Turns kPendingDeletion keys whose date has come into kDestroying, drops their aliases, and
  /// returns all that are kDestroying.
  virtual std::vector<KeyId> beginDueDeletions(TimePoint now) = 0;
  /// Forgets a kDestroying key with its versions, aliases and tags.
  virtual void forgetKey(const KeyId& key) = 0;
  /// Enabled keys whose rotation is enabled and due.
  virtual std::vector<KeyId> dueRotations(TimePoint now) = 0;

  // --- keys
  /// A visible key.
  virtual std::optional<KeyRecord> findKey(const KeyId& key) = 0;
  /// The visible key that an alias points to ("alias/..."); nullopt when there is no such alias.
  virtual std::optional<KeyRecord> findKeyByAlias(const std::string& aliasName) = 0;
  /// Reads a visible key, lets `change` alter the copy, writes it back: one transaction, so a state
  /// checked inside cannot change underneath. Returns the record as written; nullopt when there is
  /// no such key.
  virtual std::optional<KeyRecord> updateKey(const KeyId& key,
                                             const std::function<void(KeyRecord&)>& change) = 0;
  /// Visible keys by ascending id, after `after`.
  virtual Page<KeyRecord> listKeys(const std::optional<KeyId>& after, std::size_t limit) = 0;
  /// The ready versions of a key, ascending.
  virtual std::vector<KeyVersion> versions(const KeyId& key) = 0;

  // --- aliases
  virtual std::optional<Alias> findAlias(const std::string& name) = 0;
  /// Inserts; false when the name is taken. `check` runs first in the same transaction with the
  /// visible target and its number of aliases (state and limit checks); it is not called when the
  /// target is not visible, and the result is then nullopt.
  virtual std::optional<bool> createAlias(
      const Alias& alias, const std::function<void(const KeyRecord&, std::size_t)>& check) = 0;
  /// Points an alias elsewhere. nullopt: the target is not visible; false: no such alias; `check`
  /// as above, called when both are there, with the number of the target's other aliases.
  virtual std::optional<bool> updateAlias(
      const std::string& name, const KeyId& target, TimePoint now,
      const std::function<void(const KeyRecord&, std::size_t)>& check) = 0;
  /// False when there was none.
  virtual bool deleteAlias(const std::string& name) = 0;
  /// Aliases by ascending name after `after`, of one key or of all.
  virtual Page<Alias> listAliases(const std::optional<KeyId>& key, const std::string& after,
                                  std::size_t limit) = 0;

  // --- tags
  /// The tags of a key, by ascending key.
  virtual std::vector<Tag> tags(const KeyId& key) = 0;
  /// Reads key and tags, lets `change` alter the tags, writes them back; false when the key is not
  /// visible.
  virtual bool updateTags(
      const KeyId& key, const std::function<void(const KeyRecord&, std::vector<Tag>&)>& change) = 0;

  // --- identities
  /// False when the access key id is taken.
  virtual bool addIdentity(const Identity& identity) = 0;
  virtual std::optional<Identity> findIdentity(const std::string& accessKeyId) = 0;
  virtual std::vector<Identity> listIdentities() = 0;
  virtual bool removeIdentity(const std::string& accessKeyId) = 0;

  // --- the tokens that the store's keys are in: see token_fingerprint.h
  /// By ascending number.
  virtual std::vector<TokenRecord> tokens() = 0;
  /// Records the store's first token, once for all; of one that is recorded under this fingerprint,
  /// label and serial are brought up to date. Does nothing where another one is the first.
  virtual void recordFirstToken(const TokenRecord& token) = 0;
  /// Records a token, under the next number when its fingerprint is new; returns its number.
  virtual TokenNumber recordToken(const TokenRecord& token) = 0;

  /// Writes and commits, to prove that it can.
  virtual void checkWritable(TimePoint now) = 0;
};

}  // namespace strongroom::keys
