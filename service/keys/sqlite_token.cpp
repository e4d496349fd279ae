#include "service/keys/sqlite_metadata_store.h"

namespace strongroom::keys {

std::optional<std::string> SqliteMetadataStore::tokenFingerprint() {
  return read([](Connection& connection) -> std::optional<std::string> {
    Query query = connection.query("SELECT fingerprint FROM token");
    if (!query.next()) return std::nullopt;
    return query.text(0);
  });
}

void SqliteMetadataStore::setTokenFingerprint(const std::string& fingerprint) {
  write([&](Connection& connection) {
    connection
        .query(
            "INSERT INTO token (id, fingerprint) VALUES (1, ?1)"
            " ON CONFLICT (id) DO NOTHING",
            fingerprint)
        .run();
  });
}

}  // namespace strongroom::keys
