#include "service/keys/sqlite_metadata_store.h"
#include "service/keys/sqlite_rows.h"

namespace strongroom::keys {
namespace {

static_assert(static_cast<int>(RotationType::kInitial) == 0 &&
              static_cast<int>(RotationType::kAutomatic) == 1 &&
              static_cast<int>(RotationType::kOnDemand) == 2);

std::string describe(const KeyRef& ref) {
  return "version " + std::to_string(ref.version) + " of key " + ref.key.toString();
}

std::vector<KeyVersion> allRows(Query query) {
  std::vector<KeyVersion> rows;
  while (query.next()) rows.push_back(versionRow(query));
  return rows;
}

/// A key that has not begun to be destroyed, visible or still being made.
std::optional<KeyRecord> selectLivingKey(Connection& connection, const KeyId& key) {
  Query query = connection.query("SELECT * FROM keys WHERE id = ?1 AND state <> 4", key);
  if (!query.next()) return std::nullopt;
  return keyRow(query);
}

}  // namespace

KeyVersion versionRow(const Query& query) {
  KeyVersion version;
  version.ref = {query.keyId(0), query.number(1)};
  version.ready = query.flag(2);
  version.created = query.time(3);
  version.type = query.enumerator<RotationType>(4);
  version.token = query.number(5);
  return version;
}

void insertVersion(Connection& connection, const KeyVersion& version) {
  connection
      .query("INSERT INTO key_versions VALUES (?1, ?2, 0, ?3, ?4, ?5)", version.ref.key,
             version.ref.version, version.created, version.type, version.token)
      .run();
}

void SqliteMetadataStore::recordIntent(const KeyRecord& key, const std::vector<Tag>& tags,
                                       TokenNumber token) {
  write([&](Connection& connection) {
    insertKey(connection, key);
    insertVersion(connection, {{key.id, 1}, false, key.created, RotationType::kInitial, token});
    insertTags(connection, key.id, tags);
  });
}

void SqliteMetadataStore::recordVersionIntent(const KeyVersion& version) {
  write([&](Connection& connection) { insertVersion(connection, version); });
}

void SqliteMetadataStore::makeVisible(const KeyRef& ref,
                                      const std::function<void(KeyRecord&)>& change) {
  write([&](Connection& connection) {
    const int marked = connection
                           .query(
                               "UPDATE key_versions SET ready = 1"
                               " WHERE key = ?1 AND version = ?2 AND ready = 0",
                               ref.key, ref.version)
                           .run();
    if (marked != 1) throw StoreError("no intent is recorded for " + describe(ref));
    std::optional<KeyRecord> key = selectLivingKey(connection, ref.key);
    if (!key) throw StoreError("no key is left for " + describe(ref));

    if (key->state == KeyState::kCreating) key->state = KeyState::kEnabled;
    key->currentVersion = ref.version;
    if (change) change(*key);
    key->id = ref.key;
    updateKeyRow(connection, *key);
  });
}

void SqliteMetadataStore::withdrawIntent(const KeyRef& ref) {
  write([&](Connection& connection) {
    connection
        .query("DELETE FROM key_versions WHERE key = ?1 AND version = ?2 AND ready = 0", ref.key,
               ref.version)
        .run();
    connection
        .query(
            "DELETE FROM keys WHERE id = ?1 AND state = 0"
            " AND NOT EXISTS (SELECT * FROM key_versions WHERE key = ?1)",
            ref.key)
        .run();
  });
}

std::vector<KeyVersion> SqliteMetadataStore::intents() {
  return read([](Connection& connection) {
    return allRows(
        connection.query("SELECT * FROM key_versions WHERE ready = 0 ORDER BY key, version"));
  });
}

std::vector<KeyVersion> SqliteMetadataStore::versions(const KeyId& key) {
  return read([&](Connection& connection) {
    return allRows(connection.query(
        "SELECT * FROM key_versions WHERE key = ?1 AND ready = 1 ORDER BY version", key));
  });
}

std::vector<KeyRef> SqliteMetadataStore::versionsIn(TokenNumber token) {
  return read([&](Connection& connection) {
    Query query = connection.query(
        "SELECT key, version FROM key_versions WHERE token = ?1 ORDER BY key, version", token);
    std::vector<KeyRef> refs;
    while (query.next()) refs.push_back({query.keyId(0), query.number(1)});
    return refs;
  });
}

std::vector<TokenNumber> SqliteMetadataStore::tokensOf(const KeyId& key) {
  return read([&](Connection& connection) {
    Query query = connection.query(
        "SELECT DISTINCT token FROM key_versions WHERE key = ?1 ORDER BY token", key);
    std::vector<TokenNumber> tokens;
    while (query.next()) tokens.push_back(query.number(0));
    return tokens;
  });
}

std::optional<TokenNumber> SqliteMetadataStore::tokenOf(const KeyRef& ref) {
  return read([&](Connection& connection) -> std::optional<TokenNumber> {
    Query query = connection.query(
        "SELECT token FROM key_versions WHERE key = ?1 AND version = ?2 AND ready = 1", ref.key,
        ref.version);
    if (!query.next()) return std::nullopt;
    return query.number(0);
  });
}

std::vector<KeyId> SqliteMetadataStore::beginDueDeletions(TimePoint now) {
  return write([&](Connection& connection) {
    connection.query("UPDATE keys SET state = 4 WHERE state = 3 AND deletion_date <= ?1", now)
        .run();
    // An alias must not point to what is no longer visible, nor keep its name taken.
    connection.query("DELETE FROM aliases WHERE target IN (SELECT id FROM keys WHERE state = 4)")
        .run();
    Query query = connection.query("SELECT id FROM keys WHERE state = 4 ORDER BY id");
    std::vector<KeyId> destroying;
    while (query.next()) destroying.push_back(query.keyId(0));
    return destroying;
  });
}

void SqliteMetadataStore::forgetKey(const KeyId& key) {
  write([&](Connection& connection) {
    // Versions and tags go with it (ON DELETE CASCADE).
    if (connection.query("DELETE FROM keys WHERE id = ?1 AND state = 4", key).run() != 1) {
      throw StoreError("key " + key.toString() + " is not being destroyed");
    }
  });
}

}  // namespace strongroom::keys
