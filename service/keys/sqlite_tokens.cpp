#include "service/keys/sqlite_metadata_store.h"

namespace strongroom::keys {
namespace {

/// False when no token is recorded under this fingerprint.
bool updateDescription(Connection& connection, const TokenRecord& token) {
  return connection
             .query("UPDATE tokens SET label = ?2, serial = ?3 WHERE fingerprint = ?1",
                    token.fingerprint, token.label, token.serial)
             .run() == 1;
}

}  // namespace

std::vector<TokenRecord> SqliteMetadataStore::tokens() {
  return read([](Connection& connection) {
    Query query =
        connection.query("SELECT number, fingerprint, label, serial FROM tokens ORDER BY number");
    std::vector<TokenRecord> tokens;
    while (query.next()) {
      tokens.push_back({query.number(0), query.text(1), query.text(2), query.text(3)});
    }
    return tokens;
  });
}

void SqliteMetadataStore::recordFirstToken(const TokenRecord& token) {
  write([&](Connection& connection) {
    if (updateDescription(connection, token)) return;
    connection
        .query("INSERT INTO tokens VALUES (?1, ?2, ?3, ?4) ON CONFLICT (number) DO NOTHING",
               kFirstToken, token.fingerprint, token.label, token.serial)
        .run();
  });
}

TokenNumber SqliteMetadataStore::recordToken(const TokenRecord& token) {
  return write([&](Connection& connection) -> TokenNumber {
    if (!updateDescription(connection, token)) {
      connection
          .query("INSERT INTO tokens SELECT ifnull(max(number), 0) + 1, ?1, ?2, ?3 FROM tokens",
                 token.fingerprint, token.label, token.serial)
          .run();
    }
    Query query =
        connection.query("SELECT number FROM tokens WHERE fingerprint = ?1", token.fingerprint);
    query.next();
    return query.number(0);
  });
}

}  // namespace strongroom::keys
