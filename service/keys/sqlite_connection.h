#pragma once

#include <SQLiteCpp/Database.h>

#include <chrono>
#include <filesystem>
#include <unordered_map>

#include "service/keys/sqlite_query.h"

namespace strongroom::keys {

/// SQL that is part of the program: only a literal can become one, so its address names it for
/// ever.
class Sql {
 public:
  consteval Sql(const char* literal) : text_(literal) {}  // implicit: written where SQL is meant
  const char* text() const { return text_; }

 private:
  const char* text_;
};

/// One connection to the database, its settings made, its statements prepared once and kept. Used
/// by one thread at a time. Throws SQLite::Exception, and StoreError when WAL cannot be had.
class Connection {
 public:
  enum class Access {
    kRead,   ///< refuses to change anything
    kWrite,  ///< creates the database where there is none
  };

  Connection(const std::filesystem::path& path, Access access);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// The statement `sql` with `values` bound. No second query of the same text before it ends.
  template <class... Values>
  Query query(Sql sql, const Values&... values) {
    return Query(prepared(sql), values...);
  }

  /// Waits for locks of other connections and processes for `patience` from now on, not for
  /// kLockPatience (sqlite_store.h) as at first.
  void setLockPatience(std::chrono::milliseconds patience) {
    database_.setBusyTimeout(static_cast<int>(patience.count()));
  }

  SQLite::Database& database() { return database_; }

 private:
  SQLite::Statement& prepared(Sql sql);

  SQLite::Database database_;
  std::unordered_map<const char*, SQLite::Statement> statements_;  ///< after what they belong to
};

}  // namespace strongroom::keys
