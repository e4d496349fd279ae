#include "service/keys/sqlite_metadata_store.h"
#include "service/keys/sqlite_rows.h"

namespace strongroom::keys {

// The schema's numbers (sqlite_schema.cpp) are these.
static_assert(static_cast<int>(KeyState::kCreating) == 0 &&
              static_cast<int>(KeyState::kEnabled) == 1 &&
              static_cast<int>(KeyState::kDisabled) == 2 &&
              static_cast<int>(KeyState::kPendingDeletion) == 3 &&
              static_cast<int>(KeyState::kDestroying) == 4);

KeyRecord keyRow(const Query& query) {
  KeyRecord key;
  key.id = query.keyId(0);
  key.state = query.enumerator<KeyState>(1);
  key.description = query.text(2);
  key.policy = query.text(3);
  key.created = query.time(4);
  key.currentVersion = query.number(5);
  key.deletionDate = query.optionalTime(6);
  key.pendingWindowDays = query.number(7);
  key.rotationEnabled = query.flag(8);
  key.rotationPeriodDays = query.number(9);
  key.nextRotation = query.optionalTime(10);
  return key;
}

std::optional<KeyRecord> selectVisibleKey(Connection& connection, const KeyId& key) {
  Query query = connection.query("SELECT * FROM visible_keys WHERE id = ?1", key);
  if (!query.next()) return std::nullopt;
  return keyRow(query);
}

void insertKey(Connection& connection, const KeyRecord& key) {
  connection
      .query("INSERT INTO keys VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)", key.id,
             key.state, key.description, key.policy, key.created, key.currentVersion,
             key.deletionDate, key.pendingWindowDays, key.rotationEnabled, key.rotationPeriodDays,
             key.nextRotation)
      .run();
}

void updateKeyRow(Connection& connection, const KeyRecord& key) {
  connection
      .query(
          "UPDATE keys SET state = ?2, description = ?3, policy = ?4, current_version = ?5,"
          " deletion_date = ?6, pending_window_days = ?7, rotation_enabled = ?8,"
          " rotation_period_days = ?9, next_rotation = ?10 WHERE id = ?1",
          key.id, key.state, key.description, key.policy, key.currentVersion, key.deletionDate,
          key.pendingWindowDays, key.rotationEnabled, key.rotationPeriodDays, key.nextRotation)
      .run();
}

std::optional<KeyRecord> SqliteMetadataStore::findKey(const KeyId& key) {
  return read([&](Connection& connection) { return selectVisibleKey(connection, key); });
}

std::optional<KeyRecord> SqliteMetadataStore::findKeyByAlias(const std::string& aliasName) {
  return read([&](Connection& connection) -> std::optional<KeyRecord> {
    Query query = connection.query(
        "SELECT visible_keys.* FROM aliases JOIN visible_keys ON visible_keys.id = aliases.target"
        " WHERE aliases.name = ?1",
        aliasName);
    if (!query.next()) return std::nullopt;
    return keyRow(query);
  });
}

std::optional<KeyRecord> SqliteMetadataStore::updateKey(
    const KeyId& key, const std::function<void(KeyRecord&)>& change) {
  return write([&](Connection& connection) {
    std::optional<KeyRecord> record = selectVisibleKey(connection, key);
    if (record) {
      change(*record);
      record->id = key;  // what a record is the record of is not to be changed
      updateKeyRow(connection, *record);
    }
    return record;
  });
}

Page<KeyRecord> SqliteMetadataStore::listKeys(const std::optional<KeyId>& after,
                                              std::size_t limit) {
  return read([&](Connection& connection) {
    const std::int64_t oneMore = static_cast<std::int64_t>(limit) + 1;
    Query query =
        after ? connection.query(
                    "SELECT * FROM visible_keys WHERE id > ?1"
                    " ORDER BY id LIMIT ?2",
                    *after, oneMore)
              : connection.query("SELECT * FROM visible_keys ORDER BY id LIMIT ?1", oneMore);
    Page<KeyRecord> page;
    while (query.next()) {
      if (page.entries.size() == limit) {
        page.more = true;
        break;
      }
      page.entries.push_back(keyRow(query));
    }
    return page;
  });
}

std::vector<KeyId> SqliteMetadataStore::dueRotations(TimePoint now) {
  return read([&](Connection& connection) {
    Query query = connection.query(
        "SELECT id FROM keys WHERE state = 1 AND rotation_enabled = 1 AND next_rotation <= ?1"
        " ORDER BY next_rotation, id",
        now);
    std::vector<KeyId> due;
    while (query.next()) due.push_back(query.keyId(0));
    return due;
  });
}

}  // namespace strongroom::keys
