#include "service/keys/maintenance.h"

#include <Poco/Logger.h>

#include <exception>

namespace strongroom::keys {
namespace {

/// How long one turn may work; what it does not come to, the next one does. It also bounds how long
/// the destructor waits for a token that hangs.
constexpr std::chrono::seconds kTurnPatience{15};

Poco::Logger& logger() {
  return Poco::Logger::get("keys");
}

/// Each task by itself: rotations go on while a destruction fails, and the thread while both do.
template <class Task>
void attempt(const char* what, const Task& task) {
  try {
    const std::size_t keys = task();
    if (keys > 0) logger().information(std::string(what) + ": " + std::to_string(keys) + " keys");
  } catch (const std::exception& error) {
    logger().error(std::string(what) + " failed and is tried again: " + error.what());
  }
}

}  // namespace

Maintenance::Maintenance(Lifecycle& lifecycle, std::chrono::milliseconds interval)
    : lifecycle_(lifecycle),
      interval_(interval),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

Maintenance::~Maintenance() =
    default;  // the thread, last member, is asked to stop and joined first

void Maintenance::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    attempt("scheduled deletion",
            [&] { return lifecycle_.destroyDueKeys(hsm::deadlineIn(kTurnPatience)); });
    attempt("scheduled rotation",
            [&] { return lifecycle_.rotateDueKeys(hsm::deadlineIn(kTurnPatience)); });
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, stop, interval_, [] { return false; });
  }
}

}  // namespace strongroom::keys
