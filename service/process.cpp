#include "service/process.h"

#include <Poco/Logger.h>
#include <unistd.h>

#include <initializer_list>
#include <thread>

namespace strongroom::service {

void endWithin(std::chrono::milliseconds patience, int code) {
  std::thread([patience, code] {
    std::this_thread::sleep_for(patience);
    Poco::Logger::get("service").error("a call into the token hangs; ending without it");
    _exit(code);
  }).detach();
}

Signals::Signals() {
  sigemptyset(&set_);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set_, signal);
  pthread_sigmask(SIG_BLOCK, &set_, nullptr);
}

int Signals::wait() const {
  int signal = 0;
  while (sigwait(&set_, &signal) != 0) {
  }
  return signal;
}

}  // namespace strongroom::service
