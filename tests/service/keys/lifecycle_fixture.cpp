#include "tests/service/keys/lifecycle_fixture.h"

#include <Poco/Logger.h>
#include <Poco/Message.h>

#include <algorithm>

namespace strongroom::keys {

class LogCapture::Collector : public Poco::Channel {
 public:
  void log(const Poco::Message& message) override {
    const std::lock_guard lock(mutex_);
    lines_.push_back(message.getText());
  }
  std::vector<std::string> lines() const {
    const std::lock_guard lock(mutex_);
    return lines_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

LogCapture::LogCapture()
    : collector_(new Collector), before_(Poco::Logger::get("keys").getChannel()) {
  Poco::Logger::get("keys").setChannel(collector_);
}

LogCapture::~LogCapture() {
  Poco::Logger::get("keys").setChannel(before_);
}

std::size_t LogCapture::count(const std::vector<std::string>& parts) const {
  const std::vector<std::string> lines = collector_->lines();
  return static_cast<std::size_t>(
      std::count_if(lines.begin(), lines.end(), [&](const std::string& line) {
        return std::all_of(parts.begin(), parts.end(), [&](const std::string& part) {
          return line.find(part) != std::string::npos;
        });
      }));
}

void LifecycleFixture::restart(StepObserver observer) {
  lifecycle_.reset();
  reopen();
  steps_.clear();
  tokens_ = std::make_unique<testing::OneToken>(hsm_, *store_);
  bindings_ = std::make_unique<BindingKeys>(*tokens_);
  lifecycle_ = std::make_unique<Lifecycle>(
      *store_, *tokens_, *bindings_, clock_,
      [this, observer](std::string_view step) {
        steps_.emplace_back(step);
        if (observer) observer(step);
      },
      ClockJumps::kBelieve);
}

StepObserver LifecycleFixture::crashAt(std::string step) {
  return [step = std::move(step)](std::string_view passed) {
    if (passed == step) throw Crash();
  };
}

StepObserver LifecycleFixture::failAt(std::string step, hsm::ErrorCode code) {
  return [this, step = std::move(step), code](std::string_view passed) {
    if (passed == step) hsm_.failNext(hsm::Error(code, "the token failed"));
  };
}

void LifecycleFixture::enableRotation(unsigned number, std::uint32_t periodDays) {
  store_->updateKey(keyId(number), [&](KeyRecord& key) {
    key.rotationEnabled = true;
    key.rotationPeriodDays = periodDays;
    key.nextRotation = clock_.now() + std::chrono::days(periodDays);
  });
}

}  // namespace strongroom::keys
