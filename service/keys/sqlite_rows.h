#pragma once

#include <optional>

#include "service/keys/records.h"
#include "service/keys/sqlite_connection.h"

namespace strongroom::keys {

/// The row that `query` stands on as a record; the query selects every column of `keys`, in order.
KeyRecord keyRow(const Query& query);

/// The row that `query` stands on; the query selects every column of `key_versions`, in order.
KeyVersion versionRow(const Query& query);

/// A visible key, read on `connection` within whatever transaction it is in.
std::optional<KeyRecord> selectVisibleKey(Connection& connection, const KeyId& key);

/// Inserts a key that is being created.
void insertKey(Connection& connection, const KeyRecord& key);

/// Writes back everything of a key but its id and creation date.
void updateKeyRow(Connection& connection, const KeyRecord& key);

/// Inserts a version that is not ready.
void insertVersion(Connection& connection, const KeyVersion& version);

/// Inserts the tags of a key that has none yet.
void insertTags(Connection& connection, const KeyId& key, const std::vector<Tag>& tags);

}  // namespace strongroom::keys
