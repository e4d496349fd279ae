#pragma once

#include <Poco/AutoPtr.h>
#include <Poco/Channel.h>

#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "hsm/error.h"
#include "service/keys/lifecycle.h"
#include "tests/service/keys/store_fixture.h"
#include "tests/support/fake_hsm.h"
#include "tests/support/one_token.h"

namespace strongroom::keys {

/// Collects what is logged under "keys" while it lives.
class LogCapture {
 public:
  LogCapture();
  ~LogCapture();
  LogCapture(const LogCapture&) = delete;
  LogCapture& operator=(const LogCapture&) = delete;
  /// How many lines hold all of `parts`.
  std::size_t count(const std::vector<std::string>& parts) const;

 private:
  class Collector;
  Poco::AutoPtr<Collector> collector_;
  Poco::Channel::Ptr before_;
};

/// What an observer throws to stop a life cycle in the middle, as a crash would.
struct Crash {};

/// A store on disk and a token in memory; restart() is a new process on both.
class LifecycleFixture : public StoreTest {
 protected:
  LifecycleFixture() { restart(); }
  /// `observer` is called besides the recording of steps.
  void restart(StepObserver observer = {});
  /// An observer that crashes at the step named.
  static StepObserver crashAt(std::string step);
  /// An observer that makes the HSM call after the step named fail, each time it comes.
  StepObserver failAt(std::string step, hsm::ErrorCode code);
  static hsm::Deadline deadline() { return hsm::deadlineIn(std::chrono::seconds(5)); }
  KeyRecord create(unsigned number) {
    return lifecycle_->createKey(newKey(number, clock_.now()), {}, deadline());
  }
  void enableRotation(unsigned number, std::uint32_t periodDays);
  std::vector<KeyRef> objects() { return hsm_.listKeys(deadline()); }

  testing::FakeHsm hsm_;
  std::vector<std::string> steps_;  ///< since the last restart
  std::unique_ptr<testing::OneToken> tokens_;
  std::unique_ptr<BindingKeys> bindings_;
  std::unique_ptr<Lifecycle> lifecycle_;
};

}  // namespace strongroom::keys
