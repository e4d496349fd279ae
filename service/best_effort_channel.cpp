#include "service/best_effort_channel.h"

#include <Poco/Message.h>

#include <string>

namespace strongroom::service {

void BestEffortChannel::log(const Poco::Message& message) noexcept {
  const std::uint64_t lost = lost_.exchange(0);
  try {
    if (lost > 0) {
      sink_->log(Poco::Message("log", std::to_string(lost) + " messages could not be written",
                               Poco::Message::PRIO_WARNING));
    }
    sink_->log(message);
  } catch (...) {  // there is no one left to tell
    lost_ += lost + 1;
  }
}

}  // namespace strongroom::service
