#include "service/keys/sqlite_metadata_store.h"
#include "service/keys/sqlite_rows.h"

namespace strongroom::keys {
namespace {

std::vector<Tag> selectTags(Connection& connection, const KeyId& key) {
  Query query = connection.query("SELECT name, value FROM tags WHERE key = ?1 ORDER BY name", key);
  std::vector<Tag> tags;
  while (query.next()) tags.push_back({query.text(0), query.text(1)});
  return tags;
}

}  // namespace

void insertTags(Connection& connection, const KeyId& key, const std::vector<Tag>& tags) {
  for (const Tag& tag : tags) {
    connection.query("INSERT INTO tags VALUES (?1, ?2, ?3)", key, tag.key, tag.value).run();
  }
}

std::vector<Tag> SqliteMetadataStore::tags(const KeyId& key) {
  return read([&](Connection& connection) { return selectTags(connection, key); });
}

bool SqliteMetadataStore::updateTags(
    const KeyId& key, const std::function<void(const KeyRecord&, std::vector<Tag>&)>& change) {
  return write([&](Connection& connection) {
    const std::optional<KeyRecord> record = selectVisibleKey(connection, key);
    if (!record) return false;
    std::vector<Tag> tags = selectTags(connection, key);
    change(*record, tags);
    connection.query("DELETE FROM tags WHERE key = ?1", key).run();
    insertTags(connection, key, tags);
    return true;
  });
}

}  // namespace strongroom::keys
