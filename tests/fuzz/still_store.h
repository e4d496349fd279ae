#pragma once

#include "service/keys/metadata_store.h"

namespace strongroom::fuzz {

/// A metadata store that never changes, so that one input leaves nothing for the next: one enabled
/// key of one version with one alias and one tag, and one identity. Changes are tried on copies and
/// forgotten. What would make objects in a token (new keys, new versions) is refused by StoreError.
class StillStore final : public keys::MetadataStore {
 public:
  StillStore();

  const keys::KeyRecord& key() const { return key_; }

  void recordIntent(const keys::KeyRecord&, const std::vector<keys::Tag>&,
                    keys::TokenNumber) override {
    refuse();
  }
  void recordVersionIntent(const keys::KeyVersion&) override { refuse(); }
  void makeVisible(const KeyRef&, const std::function<void(keys::KeyRecord&)>&) override {}
  void withdrawIntent(const KeyRef&) override {}
  std::vector<keys::KeyVersion> intents() override { return {}; }
  std::vector<KeyRef> versionsIn(keys::TokenNumber) override { return {key_.current()}; }
  std::vector<keys::TokenNumber> tokensOf(const KeyId&) override { return {keys::kFirstToken}; }
  std::optional<keys::TokenNumber> tokenOf(const KeyRef& ref) override;
  std::vector<KeyId> beginDueDeletions(keys::TimePoint) override { return {}; }
  void forgetKey(const KeyId&) override {}
  std::vector<KeyId> dueRotations(keys::TimePoint) override { return {}; }

  std::optional<keys::KeyRecord> findKey(const KeyId& key) override;
  std::optional<keys::KeyRecord> findKeyByAlias(const std::string& name) override;
  std::optional<keys::KeyRecord> updateKey(
      const KeyId& key, const std::function<void(keys::KeyRecord&)>& change) override;
  keys::Page<keys::KeyRecord> listKeys(const std::optional<KeyId>& after,
                                       std::size_t limit) override;
  std::vector<keys::KeyVersion> versions(const KeyId& key) override;

  std::optional<keys::Alias> findAlias(const std::string& name) override;
  std::optional<bool> createAlias(
      const keys::Alias& alias,
      const std::function<void(const keys::KeyRecord&, std::size_t)>& check) override;
  std::optional<bool> updateAlias(
      const std::string& name, const KeyId& target, keys::TimePoint now,
      const std::function<void(const keys::KeyRecord&, std::size_t)>& check) override;
  bool deleteAlias(const std::string& name) override { return name == alias_.name; }
  keys::Page<keys::Alias> listAliases(const std::optional<KeyId>& key, const std::string& after,
                                      std::size_t limit) override;

  std::vector<keys::Tag> tags(const KeyId&) override { return {tag_}; }
  bool updateTags(
      const KeyId& key,
      const std::function<void(const keys::KeyRecord&, std::vector<keys::Tag>&)>& change) override;

  bool addIdentity(const keys::Identity&) override { return true; }
  std::optional<keys::Identity> findIdentity(const std::string& accessKeyId) override;
  std::vector<keys::Identity> listIdentities() override { return {identity_}; }
  bool removeIdentity(const std::string&) override { return true; }

  std::vector<keys::TokenRecord> tokens() override { return {}; }
  void recordFirstToken(const keys::TokenRecord&) override {}
  keys::TokenNumber recordToken(const keys::TokenRecord&) override { return keys::kFirstToken; }
  void checkWritable(keys::TimePoint) override {}

 private:
  [[noreturn]] static void refuse() { throw keys::StoreError("it never changes"); }

  keys::KeyRecord key_;
  keys::Alias alias_;
  keys::Tag tag_{"team", "photos"};
  keys::Identity identity_;
};

}  // namespace strongroom::fuzz
