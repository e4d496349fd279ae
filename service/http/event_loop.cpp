#include "service/http/event_loop.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace strongroom::http {
namespace {

int checked(int result, const char* call) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), call);
  return result;
}

}  // namespace

EventLoop::EventLoop()
    : epoll_(checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
      wakeUp_(checked(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd")) {
  epoll_event event{.events = EPOLLIN, .data = {.ptr = nullptr}};
  checked(::epoll_ctl(epoll_, EPOLL_CTL_ADD, wakeUp_, &event), "epoll_ctl");
}

EventLoop::~EventLoop() {
  ::close(wakeUp_);
  ::close(epoll_);
}

void EventLoop::run() {
  while (!stopped_) {
    const int count =
        ::epoll_wait(epoll_, events_.data(), static_cast<int>(events_.size()), patience());
    if (count < 0 && errno != EINTR) {
      throw std::system_error(errno, std::generic_category(), "epoll_wait");
    }
    now_ = Clock::now();
    pending_ = std::span(events_).first(static_cast<std::size_t>(std::max(count, 0)));
    bool woken = false;
    while (!pending_.empty()) {
      const epoll_event event = pending_.front();
      pending_ = pending_.subspan(1);
      if (auto* source = static_cast<Source*>(event.data.ptr)) {
        source->ready(event.events);
      } else {
        woken = true;  // or the source was forgotten
      }
    }
    if (woken) runTasks();
    runDue();
  }
}

void EventLoop::stop() {
  stopped_ = true;
  ::eventfd_write(wakeUp_, 1);
}

void EventLoop::post(Task task) {
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    first = tasks_.empty();
    tasks_.push_back(std::move(task));
  }
  if (first) ::eventfd_write(wakeUp_, 1);
}

void EventLoop::watch(Source& source, int descriptor, std::uint32_t events) {
  epoll_event event{.events = events, .data = {.ptr = &source}};
  checked(::epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event), "epoll_ctl");
}

void EventLoop::change(Source& source, int descriptor, std::uint32_t events) {
  epoll_event event{.events = events, .data = {.ptr = &source}};
  checked(::epoll_ctl(epoll_, EPOLL_CTL_MOD, descriptor, &event), "epoll_ctl");
}

void EventLoop::forget(Source& source, int descriptor) {
  wakeAt(source, Clock::time_point::max());
  ::epoll_ctl(epoll_, EPOLL_CTL_DEL, descriptor, nullptr);
  for (epoll_event& event : pending_) {
    if (event.data.ptr == &source) event.data.ptr = nullptr;
  }
}

void EventLoop::wakeAt(Source& source, Clock::time_point time) {
  if (source.wakes_ == time) return;
  if (source.wakes_ != Clock::time_point::max()) times_.erase({source.wakes_, &source});
  source.wakes_ = time;
  if (time != Clock::time_point::max()) times_.insert({time, &source});
}

void EventLoop::runTasks() {
  // Before the tasks are taken: what is posted from here on wakes the loop again.
  eventfd_t ignored = 0;
  ::eventfd_read(wakeUp_, &ignored);
  std::vector<Task> tasks;
  {
    const std::lock_guard lock(mutex_);
    tasks.swap(tasks_);
  }
  for (const Task& task : tasks) task();
}

void EventLoop::runDue() {
  while (!times_.empty() && times_.begin()->first <= now_) {
    Source& source = *times_.begin()->second;
    wakeAt(source, Clock::time_point::max());
    source.due(now_);
  }
}

int EventLoop::patience() const {
  if (times_.empty()) return -1;
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(times_.begin()->first - Clock::now());
  constexpr std::chrono::milliseconds kMost{60'000};
  return static_cast<int>(std::clamp(left, std::chrono::milliseconds(0), kMost).count());
}

}  // namespace strongroom::http
