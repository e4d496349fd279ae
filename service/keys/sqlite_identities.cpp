#include "service/keys/sqlite_metadata_store.h"

namespace strongroom::keys {
namespace {

static_assert(static_cast<int>(Role::kAdministrator) == 0 && static_cast<int>(Role::kUser) == 1);

Identity identityRow(const Query& query) {
  return {query.text(0), query.text(1), query.enumerator<Role>(2), query.time(3)};
}

}  // namespace

bool SqliteMetadataStore::addIdentity(const Identity& identity) {
  return write([&](Connection& connection) {
    return connection
               .query(
                   "INSERT INTO identities VALUES (?1, ?2, ?3, ?4)"
                   " ON CONFLICT (access_key_id) DO NOTHING",
                   identity.accessKeyId, identity.name, identity.role, identity.created)
               .run() == 1;
  });
}

std::optional<Identity> SqliteMetadataStore::findIdentity(const std::string& accessKeyId) {
  return read([&](Connection& connection) -> std::optional<Identity> {
    Query query =
        connection.query("SELECT * FROM identities WHERE access_key_id = ?1", accessKeyId);
    if (!query.next()) return std::nullopt;
    return identityRow(query);
  });
}

std::vector<Identity> SqliteMetadataStore::listIdentities() {
  return read([](Connection& connection) {
    Query query = connection.query("SELECT * FROM identities ORDER BY access_key_id");
    std::vector<Identity> identities;
    while (query.next()) identities.push_back(identityRow(query));
    return identities;
  });
}

bool SqliteMetadataStore::removeIdentity(const std::string& accessKeyId) {
  return write([&](Connection& connection) {
    return connection.query("DELETE FROM identities WHERE access_key_id = ?1", accessKeyId).run() ==
           1;
  });
}

}  // namespace strongroom::keys
