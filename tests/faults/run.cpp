#include "tests/faults/run.h"

#include <algorithm>

#include "tests/faults/census.h"

namespace strongroom::testing {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr milliseconds kPatience{1'000};  ///< the deadline of every call
constexpr milliseconds kWindow{100};
constexpr milliseconds kWarmUp{100};
constexpr milliseconds kBefore{200};
constexpr milliseconds kRecoveryLimit{2'000};

/// Of the rate before, which is one of a short while.
constexpr double kRecovered = 0.5;

/// How much a load did in a stretch of time, which is what the test is about and no waiting for
/// something.
struct Window {
  double rate = 0;
  std::uint64_t errors = 0;
};

Window observe(const Load& load, milliseconds time) {
  const std::uint64_t succeeded = load.data().succeeded();
  const std::uint64_t failed = load.data().failed() + load.keys().failed();
  const Clock::time_point begun = Clock::now();
  std::this_thread::sleep_for(time);
  const double seconds = std::chrono::duration<double>(Clock::now() - begun).count();
  return {.rate = static_cast<double>(load.data().succeeded() - succeeded) / seconds,
          .errors = load.data().failed() + load.keys().failed() - failed};
}

/// Watches window after window until one is as good as before.
void awaitRecovery(const Load& load, Outcome& outcome) {
  const Clock::time_point end = Clock::now();
  while (true) {
    const auto begun = std::chrono::duration_cast<milliseconds>(Clock::now() - end);
    if (begun > kRecoveryLimit) return;
    const Window window = observe(load, kWindow);
    outcome.rateAfter = window.rate;
    if (window.errors == 0 && window.rate >= kRecovered * outcome.rateBefore) {
      outcome.recovery = begun;
      return;
    }
  }
}

void addTally(const Tally& tally, Outcome& outcome) {
  outcome.longest = std::max(outcome.longest, tally.longest());
  outcome.late = std::max(outcome.late, tally.longestPastDeadline());
  for (const auto& [code, count] : tally.errors()) outcome.errors[code] += count;
  outcome.examples.merge(tally.examples());
  std::ranges::copy(tally.wrongs(), std::back_inserter(outcome.wrongs));
}

/// Compares what the token holds with what the client was told of each key.
void judgeKeys(const Scenario& scenario, const Load& load, std::map<KeyRef, int> counts,
               Outcome& outcome) {
  using enum Attempt::Outcome;
  const bool loses = std::ranges::any_of(
      scenario.faults, [](const Fault& fault) { return fault.action == FaultAction::kLoseObject; });
  const auto wrong = [&](const KeyRef& ref, const char* what, int count) {
    outcome.wrongs.push_back(ref.key.toString() + " " + what + ", and is there " +
                             std::to_string(count) + " times");
  };
  for (const KeyRef& ref : load.cmks()) {
    if (counts[ref] != 1) wrong(ref, "is in use", counts[ref]);
    counts.erase(ref);
  }
  for (const Attempt& attempt : load.attempts()) {
    const int count = counts[attempt.ref];
    counts.erase(attempt.ref);
    if (count > 1) wrong(attempt.ref, "was made once", count);
    if (attempt.destroyed == kDone && count > 0) wrong(attempt.ref, "was destroyed", count);
    const bool lives = attempt.made == kDone && attempt.destroyed == kNotTried;
    if (lives && !loses && count != 1) wrong(attempt.ref, "was made", count);
  }
  for (const auto& [ref, count] : counts) wrong(ref, "was never asked for", count);
}

/// The counts when no session is leased any more: a worker that was busy tells its own a moment
/// late.
hsm::Statistics whenIdle(const hsm::Hsm& hsm) {
  const auto end = Clock::now() + kRecoveryLimit;
  while (true) {
    hsm::Statistics statistics = hsm.statistics();
    if (statistics.sessionsLeased == 0 || Clock::now() >= end) return statistics;
    std::this_thread::sleep_for(milliseconds(10));
  }
}

}  // namespace

Outcome run(const Scenario& scenario, const Backend& backend) {
  const TestToken token;
  FaultControl control(token.folder().path());
  hsm::TokenOptions options = token.options();
  options.module = FaultControl::module();
  std::unique_ptr<hsm::Hsm> hsm = backend.open(token, options);

  Outcome outcome;
  Load load(*hsm, kPatience);
  load.start();
  observe(load, kWarmUp);
  outcome.rateBefore = observe(load, kBefore).rate;
  const std::uint64_t loginsBefore = control.calls("C_Login");
  for (const Fault& fault : scenario.faults) control.begin(fault);
  observe(load, scenario.lasts);
  // Making a key lasts as long as the disk is busy.
  for (int i = 0; i < 50 && control.applied() == 0; ++i) observe(load, kWindow);
  outcome.faultsApplied = control.applied();
  control.end();
  if (scenario.ending == Ending::kRecovers) awaitRecovery(load, outcome);
  load.stop();

  if (scenario.ending == Ending::kRecovers) outcome.lostDataKeys = load.countLostDataKeys();
  outcome.logins = control.calls("C_Login") - loginsBefore;
  addTally(load.data(), outcome);
  addTally(load.keys(), outcome);
  const hsm::Statistics statistics = whenIdle(*hsm);
  outcome.sessionsLeased = statistics.sessionsLeased;
  outcome.sessionsOfPool = static_cast<std::int64_t>(statistics.sessionsOpen);
  for (const auto& ended : statistics.workers.ended) outcome.workersReplaced += ended.count;
  outcome.anchors = statistics.workers.wanted == 0 ? 1 : statistics.workers.serving;
  outcome.sessionsOfModule = control.openSessions();
  hsm.reset();
  judgeKeys(scenario, load, countKeys(token), outcome);
  return outcome;
}

}  // namespace strongroom::testing
