#pragma once

#include <condition_variable>
#include <mutex>

#include "hsm/hsm.h"

namespace strongroom::hsm {

/// A mutex that is waited for until a deadline, for std::unique_lock. std::timed_mutex would do,
/// but ThreadSanitizer of GCC 12 does not know the call it waits by, and reports every unlock.
class DeadlineMutex {
 public:
  void lock() {
    std::unique_lock lock(mutex_);
    freed_.wait(lock, [this] { return !held_; });
    held_ = true;
  }

  bool try_lock() { return try_lock_until(Deadline::min()); }

  bool try_lock_until(Deadline deadline) {
    std::unique_lock lock(mutex_);
    const auto free = [this] { return !held_; };
    if (!free() && !freed_.wait_until(lock, deadline, free)) return false;
    return held_ = true;
  }

  void unlock() {
    {
      const std::lock_guard lock(mutex_);
      held_ = false;
    }
    freed_.notify_one();
  }

 private:
  std::mutex mutex_;
  std::condition_variable freed_;
  bool held_ = false;
};

}  // namespace strongroom::hsm
