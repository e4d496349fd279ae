#include <algorithm>
#include <cstdlib>

#include "tests/hsm/worker/isolated_fixture.h"

namespace strongroom::testing {
namespace {

using hsm::ErrorCode;
using std::chrono::milliseconds;

/// Calls of which the first may be served; the others meet what the worker did after it.
constexpr int kCalls = 8;
constexpr milliseconds kPatience{500};

struct Strange {
  const char* habit;
  std::string_view said;  ///< by the pool, to a caller or in the log
};

std::string nameOf(const ::testing::TestParamInfo<Strange>& info) {
  std::string name = info.param.habit;
  std::erase(name, '-');
  return name;
}

/// A pool of workers that break the protocol (strange_worker.cpp).
class StrangeWorkerTest : public IsolatedHsmTest, public ::testing::WithParamInterface<Strange> {
 protected:
  StrangeWorkerTest() {
    ::setenv("STRONGROOM_STRANGE", GetParam().habit, 1);
    open({.program = STRONGROOM_STRANGE_WORKER});
  }
  ~StrangeWorkerTest() override { ::unsetenv("STRONGROOM_STRANGE"); }
};

TEST_P(StrangeWorkerTest, IsKilledAndItsCallersAreAnswered) {
  const std::vector<pid_t> workers = servants();
  std::string said;
  for (int i = 0; i < kCalls; ++i) {
    const auto began = std::chrono::steady_clock::now();
    std::array<std::byte, 16> random{};
    const auto error = errorOf([&] { hsm_->random(random, hsm::deadlineIn(kPatience)); });
    EXPECT_LT(std::chrono::steady_clock::now() - began, 4 * kPatience);
    if (error) said += std::string(error->what()) + "\n";
  }
  EXPECT_TRUE(eventually([&] { return std::ranges::any_of(workers, isGone); })) << log();
  EXPECT_TRUE(eventually([&] { return servants().size() > workers.size(); }))
      << "it has a successor\n"
      << log();
  EXPECT_NE((said + log()).find(GetParam().said), std::string::npos) << said << log();
}

INSTANTIATE_TEST_SUITE_P(
    Habits, StrangeWorkerTest,
    ::testing::Values(Strange{"flooding-answers", "an answer to another request"},
                      Strange{"flooding-pongs", "makes no sense"},
                      Strange{"endless-length", "makes no sense"},
                      Strange{"no-answer", "a message ends before its last field"},
                      Strange{"of-another-request", "an answer to another request"},
                      Strange{"half-an-answer", "did not answer before the deadline"}),
    nameOf);

}  // namespace
}  // namespace strongroom::testing
