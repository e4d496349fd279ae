#include "tests/fuzz/still_store.h"

namespace strongroom::fuzz {

StillStore::StillStore() {
  key_.id = *KeyId::parse("1234abcd-12ab-34cd-56ef-1234567890ab");
  key_.state = keys::KeyState::kEnabled;
  key_.description = "photos";
  key_.policy = R"({"Version":"2012-10-17","Statement":[]})";
  key_.created = keys::TimePoint(std::chrono::seconds(1'700'000'000));
  key_.currentVersion = 1;
  alias_ = {"alias/photos", key_.id, key_.created, key_.created};
  identity_ = {"SRAKABCDEFGHIJKLMNOP", "alice", keys::Role::kAdministrator, key_.created};
}

std::optional<keys::TokenNumber> StillStore::tokenOf(const KeyRef& ref) {
  if (ref != key_.current()) return std::nullopt;
  return keys::kFirstToken;
}

std::optional<keys::KeyRecord> StillStore::findKey(const KeyId& key) {
  if (key != key_.id) return std::nullopt;
  return key_;
}

std::optional<keys::KeyRecord> StillStore::findKeyByAlias(const std::string& name) {
  if (name != alias_.name) return std::nullopt;
  return key_;
}

std::optional<keys::KeyRecord> StillStore::updateKey(
    const KeyId& key, const std::function<void(keys::KeyRecord&)>& change) {
  auto copy = findKey(key);
  if (copy) change(*copy);
  return copy;
}

keys::Page<keys::KeyRecord> StillStore::listKeys(const std::optional<KeyId>& after,
                                                 std::size_t limit) {
  if (limit == 0 || (after && key_.id <= *after)) return {};
  return {{key_}, false};
}

std::vector<keys::KeyVersion> StillStore::versions(const KeyId& key) {
  if (key != key_.id) return {};
  return {{.ref = key_.current(), .ready = true, .created = key_.created}};
}

std::optional<keys::Alias> StillStore::findAlias(const std::string& name) {
  if (name != alias_.name) return std::nullopt;
  return alias_;
}

std::optional<bool> StillStore::createAlias(
    const keys::Alias& alias,
    const std::function<void(const keys::KeyRecord&, std::size_t)>& check) {
  if (alias.target != key_.id) return std::nullopt;
  check(key_, 1);
  return alias.name != alias_.name;
}

std::optional<bool> StillStore::updateAlias(
    const std::string& name, const KeyId& target, keys::TimePoint,
    const std::function<void(const keys::KeyRecord&, std::size_t)>& check) {
  if (target != key_.id) return std::nullopt;
  if (name != alias_.name) return false;
  check(key_, 0);
  return true;
}

keys::Page<keys::Alias> StillStore::listAliases(const std::optional<KeyId>& key,
                                                const std::string& after, std::size_t limit) {
  if (limit == 0 || alias_.name <= after || (key && *key != key_.id)) return {};
  return {{alias_}, false};
}

bool StillStore::updateTags(
    const KeyId& key,
    const std::function<void(const keys::KeyRecord&, std::vector<keys::Tag>&)>& change) {
  if (key != key_.id) return false;
  std::vector<keys::Tag> copy{tag_};
  change(key_, copy);
  return true;
}

std::optional<keys::Identity> StillStore::findIdentity(const std::string& accessKeyId) {
  if (accessKeyId != identity_.accessKeyId) return std::nullopt;
  return identity_;
}

}  // namespace strongroom::fuzz
