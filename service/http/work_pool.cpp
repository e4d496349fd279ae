#include "service/http/work_pool.h"

#include <pthread.h>
#include <sys/resource.h>

#include <utility>

namespace strongroom::http {

WorkPool::WorkPool(Options options) : options_(std::move(options)) {
  threads_.reserve(options_.threads);
  for (unsigned i = 0; i < options_.threads; ++i) {
    threads_.emplace_back([this](const std::stop_token& stop) { work(stop); });
  }
}

void WorkPool::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  for (std::jthread& thread : threads_) thread.request_stop();
  threads_.clear();
  std::deque<Waiting> dropped;  // ends outside the lock
  const std::lock_guard lock(mutex_);
  dropped.swap(waiting_);
}

bool WorkPool::tryAdd(Work work) {
  {
    const std::lock_guard lock(mutex_);
    if (stopped_ || waiting_.size() >= options_.queue) {
      ++refused_;
      return false;
    }
    waiting_.push_back({std::move(work), Clock::now()});
  }
  changed_.notify_one();
  return true;
}

WorkPool::Counters WorkPool::counters() const {
  const std::lock_guard lock(mutex_);
  return {.waiting = waiting_.size(), .running = running_, .refused = refused_, .late = late_};
}

void WorkPool::work(const std::stop_token& stop) {
  ::pthread_setname_np(::pthread_self(), options_.name.c_str());
  // On Linux a thread has a niceness of its own.
  if (options_.niceness != 0) ::setpriority(PRIO_PROCESS, 0, options_.niceness);
  std::unique_lock lock(mutex_);
  while (changed_.wait(lock, stop, [this] { return !waiting_.empty(); }) &&
         !stop.stop_requested()) {
    Waiting next = std::move(waiting_.front());
    waiting_.pop_front();
    const bool late = Clock::now() - next.since > options_.patience;
    if (late) ++late_;
    ++running_;
    lock.unlock();
    next.work(late);
    next.work = nullptr;  // what it holds ends outside the lock
    lock.lock();
    --running_;
  }
}

}  // namespace strongroom::http
