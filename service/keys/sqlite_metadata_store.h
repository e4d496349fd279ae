#pragma once

#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Transaction.h>

#include <filesystem>
#include <mutex>

#include "hsm/deadline_mutex.h"
#include "service/keys/metadata_store.h"
#include "service/keys/sqlite_connection.h"
#include "service/keys/sqlite_reader_pool.h"
#include "service/keys/sqlite_store.h"

namespace strongroom::keys {

/// The metadata store on SQLite: one connection that writes, a few that read. Every reading method
/// is one statement, which SQLite makes one transaction. The methods are defined by table, in
/// sqlite_keys.cpp, sqlite_versions.cpp, sqlite_aliases.cpp, sqlite_tags.cpp,
/// sqlite_identities.cpp, sqlite_tokens.cpp.
class SqliteMetadataStore final : public MetadataStore {
 public:
  SqliteMetadataStore(const std::filesystem::path& path, std::chrono::milliseconds lockPatience,
                      StoreUse use);

  void recordIntent(const KeyRecord& key, const std::vector<Tag>& tags, TokenNumber token) override;
  void recordVersionIntent(const KeyVersion& version) override;
  void makeVisible(const KeyRef& ref, const std::function<void(KeyRecord&)>& change) override;
  void withdrawIntent(const KeyRef& ref) override;
  std::vector<KeyVersion> intents() override;
  std::vector<KeyRef> versionsIn(TokenNumber token) override;
  std::vector<TokenNumber> tokensOf(const KeyId& key) override;
  std::optional<TokenNumber> tokenOf(const KeyRef& ref) override;
  std::vector<KeyId> beginDueDeletions(TimePoint now) override;
  void forgetKey(const KeyId& key) override;
  std::vector<KeyId> dueRotations(TimePoint now) override;

  std::optional<KeyRecord> findKey(const KeyId& key) override;
  std::optional<KeyRecord> findKeyByAlias(const std::string& aliasName) override;
  std::optional<KeyRecord> updateKey(const KeyId& key,
                                     const std::function<void(KeyRecord&)>& change) override;
  Page<KeyRecord> listKeys(const std::optional<KeyId>& after, std::size_t limit) override;
  std::vector<KeyVersion> versions(const KeyId& key) override;

  std::optional<Alias> findAlias(const std::string& name) override;
  std::optional<bool> createAlias(
      const Alias& alias, const std::function<void(const KeyRecord&, std::size_t)>& check) override;
  std::optional<bool> updateAlias(
      const std::string& name, const KeyId& target, TimePoint now,
      const std::function<void(const KeyRecord&, std::size_t)>& check) override;
  bool deleteAlias(const std::string& name) override;
  Page<Alias> listAliases(const std::optional<KeyId>& key, const std::string& after,
                          std::size_t limit) override;

  std::vector<Tag> tags(const KeyId& key) override;
  bool updateTags(const KeyId& key,
                  const std::function<void(const KeyRecord&, std::vector<Tag>&)>& change) override;

  bool addIdentity(const Identity& identity) override;
  std::optional<Identity> findIdentity(const std::string& accessKeyId) override;
  std::vector<Identity> listIdentities() override;
  bool removeIdentity(const std::string& accessKeyId) override;

  std::vector<TokenRecord> tokens() override;
  void recordFirstToken(const TokenRecord& token) override;
  TokenNumber recordToken(const TokenRecord& token) override;

  void checkWritable(TimePoint now) override;

 private:
  /// Runs `work(Connection&)` on a reader.
  template <class Work>
  auto read(const Work& work) {
    return translated([&] {
      const ReaderPool::Lease reader(readers_);
      return work(*reader);
    });
  }

  /// Runs `work(Connection&)` on the writer, in a transaction that takes the write lock at once, so
  /// that what is read in it cannot change before it is written. Commits when `work` returns.
  template <class Work>
  auto write(const Work& work) {
    return translated([&] {
      const std::unique_lock lock = lockWriter();
      SQLite::Transaction transaction(writer_.database(), SQLite::TransactionBehavior::IMMEDIATE);
      if constexpr (std::is_void_v<decltype(work(writer_))>) {
        work(writer_);
        transaction.commit();
      } else {
        auto result = work(writer_);
        transaction.commit();
        return result;
      }
    });
  }

  /// The writer for one thread. However many wait, each waits no longer than lockPatience_ in all,
  /// for its turn here and for the locks of other processes; then StoreError.
  std::unique_lock<hsm::DeadlineMutex> lockWriter();

  /// SQLite's exceptions become StoreError; those of change functions pass untouched.
  template <class Call>
  static auto translated(const Call& call) {
    try {
      return call();
    } catch (const SQLite::Exception& error) {
      throw StoreError("metadata store: " + std::string(error.what()) + " (SQLite " +
                       std::to_string(error.getExtendedErrorCode()) + ')');
    }
  }

  const std::chrono::milliseconds lockPatience_;
  Connection writer_;
  hsm::DeadlineMutex writing_;
  ReaderPool readers_;
};

}  // namespace strongroom::keys
