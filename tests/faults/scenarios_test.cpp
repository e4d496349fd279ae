#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <string_view>

#include "tests/faults/report.h"
#include "tests/faults/run.h"
#include "tests/support/hsm_assertions.h"

/// In the C library's place: the tokens of this program lie in memory, and other programs' writes
/// are not to be waited for.
extern "C" void sync() noexcept {}

namespace strongroom::testing {
namespace {

/// What it may take to run a thread that is due.
constexpr std::chrono::milliseconds kSlack{500};

struct Case {
  const Backend* backend;
  const Scenario* scenario;
};

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const Backend& backend : backends()) {
    for (const Scenario& scenario : scenarios()) {
      if (scenario.survives == Survives::kIsolatedOnly && !backend.isolated) continue;
      all.push_back({&backend, &scenario});
    }
  }
  return all;
}

class FaultScenario : public ::testing::TestWithParam<Case> {};

TEST_P(FaultScenario, IsSurvived) {
  const Scenario& scenario = *GetParam().scenario;
  const Backend& backend = *GetParam().backend;
  const Outcome outcome = run(scenario, backend);
  report().add(backend, scenario, outcome);

  EXPECT_GT(outcome.faultsApplied, 0U) << "the fault met no call";
  for (const std::string& wrong : outcome.wrongs) ADD_FAILURE() << wrong;
  EXPECT_TRUE(outcome.lostDataKeys == 0 || scenario.losesData)
      << outcome.lostDataKeys << " data keys cannot be read any more";
  EXPECT_LE(outcome.late, kSlack) << "a call was answered long past its deadline";
  for (const auto& [code, count] : outcome.errors) {
    EXPECT_TRUE(code == hsm::ErrorCode::kBusy || std::ranges::count(scenario.mayBeSeen, code) == 1)
        << count << " times " << toString(code) << ", as: " << outcome.examples.at(code);
  }
  EXPECT_EQ(outcome.sessionsLeased, 0U);
  if (scenario.ending == Ending::kRecovers) {
    EXPECT_EQ(outcome.sessionsOfModule, outcome.sessionsOfPool + outcome.anchors)
        << "sessions leaked";
  }
  if (scenario.ending == Ending::kNeedsPerson) {
    EXPECT_EQ(outcome.logins, 1U) << "a refused PIN was given again";
  } else {
    EXPECT_TRUE(outcome.recovery) << "not at full rate in time: " << outcome.rateBefore
                                  << " calls a second before, " << outcome.rateAfter << " after";
  }
}

std::string nameOf(const ::testing::TestParamInfo<Case>& param) {
  return std::string(param.param.backend->name) + "_" + std::string(param.param.scenario->name);
}

INSTANTIATE_TEST_SUITE_P(Every, FaultScenario, ::testing::ValuesIn(cases()), nameOf);

}  // namespace
}  // namespace strongroom::testing

/// `--table` prints the results for docs/fault-scenarios.md behind the tests' own output.
int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  const bool wantsTable = argc > 1 && std::string_view(argv[1]) == "--table";
  const int result = RUN_ALL_TESTS();
  if (wantsTable) strongroom::testing::report().print(std::cout);
  return result;
}
