#include "service/keys/sqlite_reader_pool.h"

namespace strongroom::keys {

ReaderPool::ReaderPool(std::filesystem::path path, std::size_t limit)
    : path_(std::move(path)), limit_(limit) {
  idle_.reserve(limit_);
}

std::unique_ptr<Connection> ReaderPool::take() {
  std::unique_lock lock(mutex_);
  returned_.wait(lock, [&] { return !idle_.empty() || opened_ < limit_; });
  if (idle_.empty()) {
    // Under the lock: it happens a few times in the life of the process. Counted once it stands.
    auto connection = std::make_unique<Connection>(path_, Connection::Access::kRead);
    ++opened_;
    return connection;
  }
  std::unique_ptr<Connection> connection = std::move(idle_.back());
  idle_.pop_back();
  return connection;
}

void ReaderPool::giveBack(std::unique_ptr<Connection> connection) noexcept {
  {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(connection));
  }
  returned_.notify_one();
}

}  // namespace strongroom::keys
