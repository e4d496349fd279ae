#pragma once

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Statement.h>

#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>

#include "hsm/key_ref.h"
#include "service/keys/clock.h"

namespace strongroom::keys {

/// One run of a prepared statement: binds its parameters, gives its rows in the types of records.h,
/// and resets the statement when it ends, since one left in the middle holds its read transaction
/// open. Lives no longer than the statement. Throws SQLite::Exception.
class Query {
 public:
  /// Binds `values` to the parameters ?1, ?2, ...
  template <class... Values>
  explicit Query(SQLite::Statement& statement, const Values&... values) : statement_(statement) {
    int parameter = 0;
    (bind(++parameter, values), ...);
  }
  ~Query() { statement_.tryReset(); }
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  /// Steps to the next row; false after the last.
  bool next() { return statement_.executeStep(); }
  /// Runs a statement that gives no rows; returns how many it changed.
  int run() { return statement_.exec(); }

  // --- columns of the row that next() stepped to, counted from 0
  std::string text(int column) const { return statement_.getColumn(column).getString(); }
  std::uint32_t number(int column) const { return statement_.getColumn(column).getUInt(); }
  bool flag(int column) const { return number(column) != 0; }
  KeyId keyId(int column) const;
  TimePoint time(int column) const;
  std::optional<TimePoint> optionalTime(int column) const;
  template <class Enumeration>
  Enumeration enumerator(int column) const {
    return static_cast<Enumeration>(number(column));
  }

 private:
  void bind(int parameter, const std::string& value) { statement_.bind(parameter, value); }
  void bind(int parameter, std::int64_t value) { statement_.bind(parameter, value); }
  void bind(int parameter, const KeyId& value);
  void bind(int parameter, TimePoint value);
  /// nullopt becomes NULL.
  void bind(int parameter, const std::optional<TimePoint>& value);
  template <class Enumeration>
  requires std::is_enum_v<Enumeration>
  void bind(int parameter, Enumeration value) {
    statement_.bind(parameter, static_cast<std::int64_t>(value));
  }

  SQLite::Statement& statement_;
};

}  // namespace strongroom::keys
