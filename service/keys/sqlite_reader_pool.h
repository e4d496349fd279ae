#pragma once

#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <vector>

#include "service/keys/sqlite_connection.h"

namespace strongroom::keys {

/// A few connections that only read, opened when first wanted and kept. A read takes microseconds,
/// so few are enough, and waiting for one needs no deadline. Thread-safe.
class ReaderPool {
 public:
  ReaderPool(std::filesystem::path path, std::size_t limit);

  /// A connection for as long as the lease lives; must not outlive the pool.
  class Lease {
   public:
    explicit Lease(ReaderPool& pool) : pool_(pool), connection_(pool.take()) {}
    ~Lease() { pool_.giveBack(std::move(connection_)); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    Connection& operator*() const { return *connection_; }

   private:
    ReaderPool& pool_;
    std::unique_ptr<Connection> connection_;
  };

 private:
  std::unique_ptr<Connection> take();
  void giveBack(std::unique_ptr<Connection> connection) noexcept;

  const std::filesystem::path path_;
  const std::size_t limit_;
  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<std::unique_ptr<Connection>>
      idle_;  ///< reserved to the limit: giving back cannot throw
  std::size_t opened_ = 0;
};

}  // namespace strongroom::keys
