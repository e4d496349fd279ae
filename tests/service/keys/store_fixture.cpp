#include "tests/service/keys/store_fixture.h"

#include <cstdlib>

namespace strongroom::keys {

StoreFolder::StoreFolder() {
  std::string pattern =
      (std::filesystem::temp_directory_path() / "strongroom-keys-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
  path_ = pattern;
}

StoreFolder::~StoreFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

KeyId keyId(unsigned number) {
  KeyId id;
  id.bytes[14] = static_cast<std::byte>(number >> 8);
  id.bytes[15] = static_cast<std::byte>(number);
  return id;
}

KeyRecord newKey(unsigned number, TimePoint created) {
  KeyRecord key;
  key.id = keyId(number);
  key.description = "key " + std::to_string(number);
  key.policy = R"({"Version":"2012-10-17"})";
  key.created = created;
  return key;
}

void StoreTest::reopen() {
  store_.reset();
  store_ = openSqliteStore(databasePath());
}

KeyRecord StoreTest::addKey(unsigned number, const std::vector<Tag>& tags) {
  store_->recordIntent(newKey(number, clock_.now()), tags, kFirstToken);
  store_->makeVisible({keyId(number), 1}, {});
  return *store_->findKey(keyId(number));
}

void StoreTest::schedule(unsigned number, TimePoint deletion) {
  store_->updateKey(keyId(number), [&](KeyRecord& key) {
    key.state = KeyState::kPendingDeletion;
    key.deletionDate = deletion;
    key.pendingWindowDays = 7;
  });
}

}  // namespace strongroom::keys
