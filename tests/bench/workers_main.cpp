// strongroom_worker_bench: what a module in worker processes costs and gains beside the same module
// in process, and whether memory stays flat over many data keys.
#include <sys/resource.h>

#include <unistd.h>
#include <CLI/CLI.hpp>
#include <atomic>
#include <exception>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <thread>

#include "hsm/open_isolated_token.h"
#include "tests/bench/hsm_load.h"

namespace strongroom::bench {
namespace {

struct Options {
  hsm::TokenOptions token;
  hsm::PinSource pin;
  int seconds = 2;
  std::uint64_t soak = 0;
};

void print(const std::string& kind, const std::vector<Measurement>& measurements) {
  for (const Measurement& m : measurements) {
    std::cout << std::left << std::setw(14) << kind << std::setw(18) << m.operation << std::right
              << std::setw(8) << m.workers << std::fixed << std::setprecision(0) << std::setw(10)
              << m.rate() << std::setprecision(1) << std::setw(10) << m.p50 << std::setw(10)
              << m.p99 << std::endl;
  }
}

void compare(const Options& options) {
  std::cout << std::left << std::setw(14) << "module" << std::setw(18) << "call" << std::right
            << std::setw(8) << "threads" << std::setw(10) << "per s" << std::setw(10) << "p50 us"
            << std::setw(10) << "p99 us" << std::endl;
  const Bounds bounds{.time = std::chrono::seconds(options.seconds)};
  print("in process",
        measureHsm(*hsm::openToken(options.token, hsm::readPin(options.pin)), bounds));
  for (const unsigned workers : {1U, 2U, 3U, 4U}) {
    const auto isolated = hsm::openIsolatedToken(options.token, options.pin, {.workers = workers});
    print(std::to_string(workers) + (workers == 1 ? " worker" : " workers"),
          measureHsm(*isolated, bounds));
  }
}

double megabytes(std::uint64_t bytes) {
  return static_cast<double>(bytes) / (1 << 20);
}

double ownResident() {
  std::uint64_t total = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> total >> resident;
  return megabytes(resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)));
}

/// Makes `options.soak` data keys by 8 threads and prints memory and the slowest call as it goes.
void soak(const Options& options) {
  const auto isolated =
      hsm::openIsolatedToken(options.token, options.pin, {.workers = 2},
                             [](const std::string& line) { std::cerr << line << '\n'; });
  const KeyRef ref = makeKey(*isolated);
  std::atomic<std::uint64_t> made{0};
  std::atomic<std::int64_t> slowest{0};
  const auto make = [&] {
    while (made.fetch_add(1) < options.soak) {
      const auto start = std::chrono::steady_clock::now();
      isolated->generateDataKey(ref, 32, hsm::Plaintext::kReturn,
                                hsm::deadlineIn(std::chrono::seconds(10)));
      const auto took = std::chrono::duration_cast<std::chrono::microseconds>(
          std::chrono::steady_clock::now() - start);
      std::int64_t seen = slowest;
      while (took.count() > seen && !slowest.compare_exchange_weak(seen, took.count())) {
      }
    }
  };
  const auto tell = [&] {
    const hsm::Statistics statistics = isolated->statistics();
    std::uint64_t recycled = 0;
    for (const auto& row : statistics.workers.ended) {
      if (row.reason == "grown") recycled = row.count;
    }
    std::cout << std::setw(12) << std::min(made.load(), options.soak) << std::fixed
              << std::setprecision(1) << std::setw(12) << ownResident() << std::setw(14)
              << megabytes(statistics.workers.residentBytes) << std::setw(10) << recycled
              << std::setw(14) << static_cast<double>(slowest.exchange(0)) / 1000 << std::endl;
  };
  std::cout << std::setw(12) << "data keys" << std::setw(12) << "own MiB" << std::setw(14)
            << "workers' MiB" << std::setw(10) << "recycled" << std::setw(14) << "slowest ms"
            << std::endl;
  tell();
  std::vector<std::jthread> threads;
  for (int i = 0; i < 8; ++i) threads.emplace_back(make);
  for (std::uint64_t part = 1; part <= 10; ++part) {
    while (made < options.soak / 10 * part) {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    tell();
  }
}

}  // namespace
}  // namespace strongroom::bench

int main(int argc, char** argv) {
  using namespace strongroom::bench;
  Options options;
  CLI::App app("Measures a module in process and in workers; ci/bench prepares what it needs.");
  app.add_option("--module", options.token.module, "the PKCS#11 module")->required();
  app.add_option("--label", options.token.token.label, "the token")->required();
  app.add_option("--pin-file", options.pin.file, "its PIN")->required();
  app.add_option("--seconds", options.seconds, "how long each measurement takes")
      ->check(CLI::Range(1, 30))
      ->capture_default_str();
  app.add_option("--soak", options.soak,
                 "make so many data keys in two workers, and print memory, instead of comparing")
      ->check(CLI::Range(10, 100'000'000));
  CLI11_PARSE(app, argc, argv);
  try {
    options.soak > 0 ? soak(options) : compare(options);
  } catch (const std::exception& error) {
    std::cerr << "strongroom_worker_bench: " << error.what() << '\n';
    return 1;
  }
}
