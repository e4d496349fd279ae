#pragma once

#include <sys/epoll.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <set>
#include <span>
#include <utility>
#include <vector>

namespace strongroom::http {

/// Waits for many sockets on one thread (epoll, level-triggered), for times, and for what other
/// threads hand it. All of it is for the thread of run(), but for post() and stop().
class EventLoop {
 public:
  using Clock = std::chrono::steady_clock;
  using Task = std::function<void()>;

  /// What the loop calls: a socket, or anything else with a descriptor that can be waited for.
  /// Outlives its being watched, and leaves before its descriptor is closed.
  class Source {
   public:
    virtual ~Source() = default;
    /// `events`: EPOLLIN and so on.
    virtual void ready(std::uint32_t events) = 0;
    /// The time given to wakeAt() has come.
    virtual void due(Clock::time_point now) = 0;

   private:
    friend class EventLoop;
    Clock::time_point wakes_ = Clock::time_point::max();
  };

  /// Throws std::system_error.
  EventLoop();
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  /// Until stop().
  void run();
  /// From any thread.
  void stop();
  /// Has the loop's thread call `task` soon; from any thread. Tasks that are left when the loop
  /// ends are dropped.
  void post(Task task);

  /// Throws std::system_error.
  void watch(Source& source, int descriptor, std::uint32_t events);
  void change(Source& source, int descriptor, std::uint32_t events);
  /// No call of `source` after this.
  void forget(Source& source, int descriptor);
  /// due() once at `time`, which replaces the time given before; max() for never.
  void wakeAt(Source& source, Clock::time_point time);

  /// When the events that are being handled were reported.
  Clock::time_point now() const { return now_; }

 private:
  void runTasks();
  void runDue();
  int patience() const;

  const int epoll_;
  const int wakeUp_;  ///< an eventfd
  Clock::time_point now_ = Clock::now();
  std::set<std::pair<Clock::time_point, Source*>> times_;
  std::array<epoll_event, 256> events_{};
  std::span<epoll_event> pending_;  ///< of the events, those not handled yet
  std::atomic<bool> stopped_{false};
  std::mutex mutex_;
  std::vector<Task> tasks_;
};

}  // namespace strongroom::http
