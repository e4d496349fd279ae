#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "tests/bench/cpu_time.h"

namespace strongroom::bench {

/// How much load: whichever bound comes first ends it.
struct Bounds {
  std::chrono::milliseconds warmUp{300};
  std::chrono::milliseconds time{3000};
  std::size_t count = 1'000'000;
};

/// What one load came to.
struct Measurement {
  std::string operation;
  unsigned workers = 0;
  std::size_t count = 0;
  double seconds = 0;
  double p50 = 0;        ///< microseconds
  double p99 = 0;        ///< microseconds
  double ownCpu = 0;     ///< microseconds of this process per operation
  double serverCpu = 0;  ///< microseconds of the server per operation; 0 when there is none

  double rate() const { return static_cast<double>(count) / seconds; }
};

/// One operation, done once by the calling worker; throws when it fails, which ends the benchmark.
using Operation = std::function<void()>;

/// Makes the operation of a worker, in its own thread: a connection, a session, a buffer of its
/// own.
using MakeOperation = std::function<Operation(unsigned worker)>;

/// Runs `workers` threads, each doing its operation over and over. They begin together after a
/// warm-up that is not counted. `server` is the process whose CPU time is charged to the operations
/// besides ours.
Measurement measure(const std::string& operation, unsigned workers, const Bounds& bounds,
                    const MakeOperation& make, const CpuTime& server);

}  // namespace strongroom::bench
