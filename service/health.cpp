#include "service/health.h"

#include <Poco/Logger.h>

#include "hsm/error.h"

namespace strongroom::service {

namespace {

std::string seconds(std::chrono::steady_clock::duration span) {
  return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(span).count()) + " s";
}

void logProblem(const char* check, const std::exception& error) {
  Poco::Logger::get("health").warning(std::string(check) + ": " + error.what());
}

}  // namespace

Health::Health(hsm::Hsm& hsm, keys::MetadataStore& store, const keys::Clock& clock,
               HealthOptions options)
    : hsm_(hsm), store_(store), clock_(clock), options_(options) {
  check();
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

Health::~Health() = default;

void Health::run(const std::stop_token& stop) {
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      wake_.wait_for(lock, stop, options_.interval, [] { return false; });
    }
    if (stop.stop_requested()) return;
    check();
  }
}

void Health::check() {
  checkToken();
  checkStore();
}

void Health::checkToken() {
  std::string_view problem;
  try {
    hsm_.probe(hsm::deadlineIn(options_.probePatience));
  } catch (const hsm::Error& error) {
    problem = toString(error.code());
    logProblem("token", error);
  } catch (const std::exception& error) {
    problem = toString(hsm::ErrorCode::kFault);
    logProblem("token", error);
  }
  record(token_, problem);
}

void Health::checkStore() {
  std::string_view problem;
  try {
    store_.checkWritable(clock_.now());
  } catch (const std::exception& error) {
    problem = "not-writable";
    logProblem("store", error);
  }
  record(storeResult_, problem);
}

void Health::record(Result& result, std::string_view problem) {
  const std::lock_guard lock(mutex_);
  result.at = Clock::now();
  result.problem = problem;
  if (problem.empty()) {
    result.failingSince.reset();
  } else if (!result.failingSince) {
    result.failingSince = result.at;
  }
}

std::string Health::describe(std::string_view name, const Result& result,
                             Clock::time_point now) const {
  std::string line(name);
  if (!result.problem.empty()) {
    return line.append(": ")
               .append(result.problem)
               .append(" since ")
               .append(seconds(now - *result.failingSince)) +
           "\n";
  }
  // A check that hangs leaves no result; its last good one does not count for ever.
  if (now - result.at > options_.staleAfter) {
    return line.append(": no-answer since ").append(seconds(now - result.at)) + "\n";
  }
  return "";
}

Health::Report Health::report() const {
  const std::lock_guard lock(mutex_);
  const auto now = Clock::now();
  const std::string problems =
      describe("token", token_, now) + describe("store", storeResult_, now);
  return {problems.empty(), problems.empty() ? "ready\n" : problems};
}

}  // namespace strongroom::service
