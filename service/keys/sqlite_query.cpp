#include "service/keys/sqlite_query.h"

#include <algorithm>

#include "service/keys/metadata_store.h"

namespace strongroom::keys {

KeyId Query::keyId(int column) const {
  const SQLite::Column value = statement_.getColumn(column);
  KeyId id;
  if (static_cast<std::size_t>(value.getBytes()) != id.bytes.size()) {
    throw StoreError("a key id in the store has not 16 bytes");
  }
  std::copy_n(static_cast<const std::byte*>(value.getBlob()), id.bytes.size(), id.bytes.begin());
  return id;
}

TimePoint Query::time(int column) const {
  return TimePoint(std::chrono::milliseconds(statement_.getColumn(column).getInt64()));
}

std::optional<TimePoint> Query::optionalTime(int column) const {
  if (statement_.isColumnNull(column)) return std::nullopt;
  return time(column);
}

void Query::bind(int parameter, const KeyId& value) {
  statement_.bind(parameter, value.bytes.data(), static_cast<int>(value.bytes.size()));
}

void Query::bind(int parameter, TimePoint value) {
  bind(parameter, static_cast<std::int64_t>(value.time_since_epoch().count()));
}

void Query::bind(int parameter, const std::optional<TimePoint>& value) {
  if (value) {
    bind(parameter, *value);
  } else {
    statement_.bind(parameter);
  }
}

}  // namespace strongroom::keys
