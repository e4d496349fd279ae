#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace strongroom::http {

/// Threads that do what may block, and a bounded queue before them. Thread-safe.
class WorkPool {
 public:
  using Clock = std::chrono::steady_clock;
  /// `late`: the work waited longer than the pool's patience, and is to be refused, not done.
  using Work = std::function<void(bool late)>;

  struct Options {
    std::string name;  ///< of the threads, at most 15 characters
    unsigned threads = 1;
    std::size_t queue = 1;                              ///< how much may wait
    Clock::duration patience = Clock::duration::max();  ///< how long it may wait
    int niceness = 0;  ///< of the threads, beside the process's other ones
  };

  struct Counters {
    std::uint64_t waiting = 0;
    std::uint64_t running = 0;
    std::uint64_t refused = 0;  ///< for which there was no room
    std::uint64_t late = 0;
  };

  explicit WorkPool(Options options);
  ~WorkPool() { stop(); }
  WorkPool(const WorkPool&) = delete;
  WorkPool& operator=(const WorkPool&) = delete;

  /// Never blocks. False, and nothing taken, when the queue is full.
  bool tryAdd(Work work);

  /// Waits for what runs; what waits is dropped, and nothing is taken any more. Not for two threads
  /// at a time.
  void stop();

  Counters counters() const;

 private:
  struct Waiting {
    Work work;
    Clock::time_point since;
  };

  void work(const std::stop_token& stop);

  const Options options_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<Waiting> waiting_;
  std::uint64_t running_ = 0;
  std::uint64_t refused_ = 0;
  std::uint64_t late_ = 0;
  bool stopped_ = false;
  std::vector<std::jthread> threads_;
};

}  // namespace strongroom::http
