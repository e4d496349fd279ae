#include "service/http/work_pool.h"

#include <gtest/gtest.h>

#include <future>
#include <memory>

namespace strongroom::http {
namespace {

/// Keeps a pool's thread until it is let go.
class Holding {
 public:
  explicit Holding(WorkPool& pool) {
    pool.tryAdd([this](bool) {
      begun_.set_value();
      goOn_.get_future().wait();
    });
    begun_.get_future().wait();
  }
  ~Holding() { letGo(); }
  void letGo() {
    if (!std::exchange(gone_, true)) goOn_.set_value();
  }

 private:
  std::promise<void> begun_;
  std::promise<void> goOn_;
  bool gone_ = false;
};

TEST(WorkPoolTest, TakesNoMoreThanItsQueueHolds) {
  WorkPool pool({.name = "test", .threads = 1, .queue = 2});
  Holding busy(pool);
  std::promise<void> last;
  EXPECT_TRUE(pool.tryAdd([](bool) {}));
  EXPECT_TRUE(pool.tryAdd([&](bool) { last.set_value(); }));
  EXPECT_FALSE(pool.tryAdd([](bool) {}));
  EXPECT_EQ(pool.counters().waiting, 2U);
  EXPECT_EQ(pool.counters().running, 1U);
  EXPECT_EQ(pool.counters().refused, 1U);
  busy.letGo();
  last.get_future().wait();
  EXPECT_EQ(pool.counters().waiting, 0U);
}

TEST(WorkPoolTest, SaysWhenWorkHasWaitedTooLong) {
  WorkPool pool(
      {.name = "test", .threads = 1, .queue = 1, .patience = WorkPool::Clock::duration(-1)});
  std::promise<bool> late;
  pool.tryAdd([&](bool isLate) { late.set_value(isLate); });
  EXPECT_TRUE(late.get_future().get());
  EXPECT_EQ(pool.counters().late, 1U);
}

TEST(WorkPoolTest, StopWaitsForWhatRunsAndDropsWhatWaits) {
  WorkPool pool({.name = "test", .threads = 1, .queue = 10'000'000});
  auto busy = std::make_unique<Holding>(pool);
  const auto witness = std::make_shared<int>(0);
  bool ran = false;
  pool.tryAdd([&ran, witness](bool) { ran = true; });
  std::jthread stopping([&] { pool.stop(); });
  while (pool.tryAdd([](bool) {})) std::this_thread::yield();  // until it has begun to stop
  busy.reset();
  stopping.join();
  EXPECT_FALSE(ran);
  EXPECT_EQ(witness.use_count(), 1) << "what waited is gone";
}

}  // namespace
}  // namespace strongroom::http
