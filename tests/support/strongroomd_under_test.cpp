// strongroomd with what tests need and the production program does not have: a calendar that runs
// ahead by the milliseconds in the file STRONGROOM_TEST_CLOCK, the steps of keys' lives written to
// the file STRONGROOM_TEST_STEPS, and death by SIGKILL at the step that STRONGROOM_TEST_CRASH_AT
// names ("object destroyed", or "object destroyed#2" for the second time it comes).
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <mutex>
#include <string>

#include "service/app.h"
#include "service/config/config.h"
#include "service/logging.h"
#include "service/process.h"

namespace strongroom::testing {
namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

/// The system's time and what the file says, read each time: tests replace the file, by rename.
class MovableClock final : public keys::Clock {
 public:
  explicit MovableClock(std::string file) : file_(std::move(file)) {}
  keys::TimePoint now() const override {
    long long ahead = 0;
    std::ifstream(file_) >> ahead;
    return system_.now() + std::chrono::milliseconds(ahead);
  }

 private:
  const std::string file_;
  const keys::SystemClock system_;
};

/// Writes down each step, and kills the process at one. Thread-safe.
class Saboteur {
 public:
  Saboteur(const std::string& steps, std::string crashAt)
      : steps_(steps, std::ios::app), crashAt_(std::move(crashAt)) {}

  void pass(std::string_view step) {
    const std::lock_guard lock(mutex_);
    std::string name(step);
    steps_ << name << std::endl;
    const int times = ++passed_[name];
    if (times > 1) name += '#' + std::to_string(times);
    if (name == crashAt_) std::raise(SIGKILL);
  }

 private:
  std::mutex mutex_;
  std::ofstream steps_;
  const std::string crashAt_;
  std::map<std::string, int> passed_;
};

int run(const std::string& file) {
  const service::Signals signals;
  const config::Config config = config::load(file);
  service::setUpLogging(config.logLevel, config.logFile);
  const MovableClock calendar(environment("STRONGROOM_TEST_CLOCK"));
  Saboteur saboteur(environment("STRONGROOM_TEST_STEPS"), environment("STRONGROOM_TEST_CRASH_AT"));
  service::App app(config, {&calendar, [&](std::string_view step) { saboteur.pass(step); },
                            keys::ClockJumps::kBelieve});
  while (signals.wait() == SIGHUP) {
    app.retryLogins();
    app.reloadCertificate();
  }
  return app.stop() ? 0 : 1;
}

}  // namespace
}  // namespace strongroom::testing

int main(int argc, char** argv) {
  if (argc != 3 || std::string(argv[1]) != "--config") {
    std::cerr << "usage: strongroomd_under_test --config FILE\n";
    return 64;
  }
  try {
    return strongroom::testing::run(argv[2]);
  } catch (const std::exception& error) {
    std::cerr << "strongroomd_under_test: " << error.what() << '\n';
    return 78;
  }
}
