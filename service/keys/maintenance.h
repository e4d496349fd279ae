#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "service/keys/lifecycle.h"

namespace strongroom::keys {

/// A thread that destroys and rotates what is due, every `interval`. A failure is logged and tried
/// again at the next turn. Ends when destroyed.
class Maintenance {
 public:
  Maintenance(Lifecycle& lifecycle, std::chrono::milliseconds interval);
  ~Maintenance();
  Maintenance(const Maintenance&) = delete;
  Maintenance& operator=(const Maintenance&) = delete;

 private:
  void run(const std::stop_token& stop);

  Lifecycle& lifecycle_;
  std::chrono::milliseconds interval_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_;  ///< last: it starts when everything above stands
};

}  // namespace strongroom::keys
