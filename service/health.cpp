#include "service/health.h"

#include <Poco/Logger.h>

#include <algorithm>

#include "hsm/error.h"
#include "service/open_tokens.h"

namespace strongroom::service {

namespace {

std::string seconds(std::chrono::steady_clock::duration span) {
  return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(span).count()) + " s";
}

void logProblem(const std::string& check, const std::exception& error) {
  Poco::Logger::get("health").warning(check + ": " + error.what());
}

}  // namespace

Health::Health(keys::Tokens& tokens, keys::MetadataStore& store, const keys::Clock& clock,
               HealthOptions options)
    : tokens_(tokens), store_(store), clock_(clock), options_(options) {
  for (keys::Token& token : tokens.all()) {
    checks_.push_back({token.name(), [this, &token] { return tryToken(token); }, true});
  }
  checks_.push_back({"store", [this] { return tryStore(); }, false});
  for (Check& check : checks_) {
    threads_.emplace_back([this, &check](const std::stop_token& stop) { run(check, stop); });
  }
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, options_.probePatience,
                    [this] { return std::ranges::all_of(checks_, &Check::tried); });
}

Health::~Health() {
  for (std::jthread& thread : threads_) thread.request_stop();  // all, before one is waited for
}

void Health::run(Check& check, const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    record(check, check.attempt());
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, stop, options_.interval, [] { return false; });
  }
}

std::string_view Health::tryToken(keys::Token& token) {
  try {
    const auto deadline = hsm::deadlineIn(options_.probePatience);
    if (!token.number()) takeIn(store_, tokens_, token, deadline);
    token.hsm().probe(deadline);
    return "";
  } catch (const hsm::Error& error) {
    logProblem(token.name(), error);
    return toString(error.code());
  } catch (const std::exception& error) {
    logProblem(token.name(), error);
    return toString(hsm::ErrorCode::kFault);
  }
}

std::string_view Health::tryStore() {
  try {
    store_.checkWritable(clock_.now());
    return "";
  } catch (const std::exception& error) {
    logProblem("store", error);
    return "not-writable";
  }
}

void Health::record(Check& check, std::string_view problem) {
  const std::lock_guard lock(mutex_);
  const auto now = Clock::now();
  if (check.problem.empty() || !check.tried) check.failingSince = now;
  check.tried = true;
  check.at = now;
  check.problem = problem;
  changed_.notify_all();
}

std::string Health::describe(const Check& check, Clock::time_point now) const {
  if (!check.problem.empty()) {
    return check.name + ": " + std::string(check.problem) + " since " +
           seconds(now - check.failingSince) + "\n";
  }
  // A check that hangs leaves no result; its last good one does not count for ever.
  if (now - check.at > options_.staleAfter) {
    return check.name + ": no-answer since " + seconds(now - check.at) + "\n";
  }
  return "";
}

Health::Report Health::report() const {
  const std::lock_guard lock(mutex_);
  const auto now = Clock::now();
  Report report;
  std::string problems;
  bool storeWorks = true;
  for (const Check& check : checks_) {
    const std::string problem = describe(check, now);
    problems += problem;
    if (check.ofToken) {
      report.tokens.push_back({check.name, problem.empty()});
    } else {
      storeWorks = problem.empty();
    }
  }
  report.ready = storeWorks && std::ranges::any_of(report.tokens, &TokenState::answers);
  if (report.ready) report.text = problems.empty() ? "ready\n" : "ready in part\n";
  report.text += problems;
  return report;
}

}  // namespace strongroom::service
