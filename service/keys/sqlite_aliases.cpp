#include "service/keys/sqlite_metadata_store.h"
#include "service/keys/sqlite_rows.h"

namespace strongroom::keys {
namespace {

Alias aliasRow(const Query& query) {
  return {query.text(0), query.keyId(1), query.time(2), query.time(3)};
}

/// How many aliases point to `key`, not counting `except`.
std::size_t countAliases(Connection& connection, const KeyId& key, const std::string& except) {
  Query query = connection.query("SELECT count(*) FROM aliases WHERE target = ?1 AND name <> ?2",
                                 key, except);
  query.next();
  return query.number(0);
}

}  // namespace

std::optional<Alias> SqliteMetadataStore::findAlias(const std::string& name) {
  return read([&](Connection& connection) -> std::optional<Alias> {
    Query query = connection.query("SELECT * FROM aliases WHERE name = ?1", name);
    if (!query.next()) return std::nullopt;
    return aliasRow(query);
  });
}

std::optional<bool> SqliteMetadataStore::createAlias(
    const Alias& alias, const std::function<void(const KeyRecord&, std::size_t)>& check) {
  return write([&](Connection& connection) -> std::optional<bool> {
    const std::optional<KeyRecord> target = selectVisibleKey(connection, alias.target);
    if (!target) return std::nullopt;
    check(*target, countAliases(connection, target->id, alias.name));
    return connection
               .query("INSERT INTO aliases VALUES (?1, ?2, ?3, ?4) ON CONFLICT (name) DO NOTHING",
                      alias.name, alias.target, alias.created, alias.updated)
               .run() == 1;
  });
}

std::optional<bool> SqliteMetadataStore::updateAlias(
    const std::string& name, const KeyId& target, TimePoint now,
    const std::function<void(const KeyRecord&, std::size_t)>& check) {
  return write([&](Connection& connection) -> std::optional<bool> {
    const std::optional<KeyRecord> record = selectVisibleKey(connection, target);
    if (!record) return std::nullopt;
    const bool changed = connection
                             .query("UPDATE aliases SET target = ?2, updated = ?3 WHERE name = ?1",
                                    name, target, now)
                             .run() == 1;
    // After the change, which a check that throws undoes: so no check is made for what is not
    // there.
    if (changed) check(*record, countAliases(connection, target, name));
    return changed;
  });
}

bool SqliteMetadataStore::deleteAlias(const std::string& name) {
  return write([&](Connection& connection) {
    return connection.query("DELETE FROM aliases WHERE name = ?1", name).run() == 1;
  });
}

Page<Alias> SqliteMetadataStore::listAliases(const std::optional<KeyId>& key,
                                             const std::string& after, std::size_t limit) {
  return read([&](Connection& connection) {
    const std::int64_t oneMore = static_cast<std::int64_t>(limit) + 1;
    Query query = key ? connection.query(
                            "SELECT * FROM aliases WHERE target = ?1 AND name > ?2"
                            " ORDER BY name LIMIT ?3",
                            *key, after, oneMore)
                      : connection.query(
                            "SELECT * FROM aliases WHERE name > ?1"
                            " ORDER BY name LIMIT ?2",
                            after, oneMore);
    Page<Alias> page;
    while (query.next()) {
      if (page.entries.size() == limit) {
        page.more = true;
        break;
      }
      page.entries.push_back(aliasRow(query));
    }
    return page;
  });
}

}  // namespace strongroom::keys
