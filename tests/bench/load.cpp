#include "tests/bench/load.h"

#include <algorithm>
#include <atomic>
#include <barrier>
#include <cstdint>
#include <exception>
#include <mutex>
#include <thread>

namespace strongroom::bench {
namespace {

using Clock = std::chrono::steady_clock;

/// Shared by the workers of one measurement.
struct Run {
  explicit Run(unsigned workers) : start(workers + 1) {}

  std::barrier<> start;
  std::atomic<bool> counting{false};
  std::atomic<bool> over{false};
  std::atomic<std::size_t> count{0};
  std::mutex mutex;
  std::vector<std::uint32_t> nanoseconds;
  std::exception_ptr failure;
};

void keepAtIt(Run& run, const Operation& operation, std::size_t limit) {
  std::vector<std::uint32_t> own;
  own.reserve(1 << 18);
  while (!run.over) {
    const Clock::time_point before = Clock::now();
    operation();
    if (!run.counting) continue;
    own.push_back(static_cast<std::uint32_t>((Clock::now() - before).count()));
    if (run.count.fetch_add(1, std::memory_order_relaxed) + 1 >= limit) run.over = true;
  }
  const std::lock_guard lock(run.mutex);
  run.nanoseconds.insert(run.nanoseconds.end(), own.begin(), own.end());
}

void work(Run& run, unsigned worker, const Bounds& bounds, const MakeOperation& make) {
  try {
    const Operation operation = make(worker);
    run.start.arrive_and_wait();
    keepAtIt(run, operation, bounds.count);
  } catch (...) {
    const std::lock_guard lock(run.mutex);
    if (!run.failure) run.failure = std::current_exception();
    run.over = true;
    run.start.arrive_and_drop();
  }
}

double percentile(std::vector<std::uint32_t>& nanoseconds, double part) {
  const auto at = nanoseconds.begin() +
                  static_cast<std::ptrdiff_t>(part * static_cast<double>(nanoseconds.size() - 1));
  std::nth_element(nanoseconds.begin(), at, nanoseconds.end());
  return *at / 1000.0;
}

/// Sleeps for `time`, less when the workers are done before.
void wait(const Run& run, std::chrono::milliseconds time) {
  const Clock::time_point end = Clock::now() + time;
  while (!run.over && Clock::now() < end) std::this_thread::sleep_for(std::chrono::milliseconds(5));
}

}  // namespace

Measurement measure(const std::string& operation, unsigned workers, const Bounds& bounds,
                    const MakeOperation& make, const CpuTime& server) {
  Run run(workers);
  std::vector<std::jthread> threads;
  for (unsigned worker = 0; worker < workers; ++worker) {
    threads.emplace_back([&run, worker, &bounds, &make] { work(run, worker, bounds, make); });
  }
  run.start.arrive_and_wait();
  wait(run, bounds.warmUp);

  const CpuTime own;
  const double ownBefore = own.seconds(), serverBefore = server.seconds();
  const Clock::time_point begin = Clock::now();
  run.counting = true;
  wait(run, bounds.time);
  run.over = true;
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  threads.clear();  // joined
  if (run.failure) std::rethrow_exception(run.failure);
  if (run.nanoseconds.empty()) throw std::runtime_error(operation + ": nothing was measured");

  Measurement result{operation, workers, run.nanoseconds.size(), seconds};
  const double perOperation = 1e6 / static_cast<double>(result.count);
  result.ownCpu = (own.seconds() - ownBefore) * perOperation;
  result.serverCpu = (server.seconds() - serverBefore) * perOperation;
  result.p50 = percentile(run.nanoseconds, 0.50);
  result.p99 = percentile(run.nanoseconds, 0.99);
  return result;
}

}  // namespace strongroom::bench
