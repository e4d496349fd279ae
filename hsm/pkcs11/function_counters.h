#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <vector>

#include "hsm/hsm.h"
#include "hsm/pkcs11/functions.h"

namespace strongroom::hsm::pkcs11 {

/// Calls, errors and time by PKCS#11 function. Thread-safe; three relaxed additions a call.
class FunctionCounters {
 public:
  void add(std::size_t row, bool failed, std::chrono::nanoseconds duration);

  /// The rows that were called at least once.
  std::vector<CallCount> read() const;

 private:
  // A cache line each, so that two threads in different functions do not share one.
  struct alignas(64) Row {
    std::atomic<std::uint64_t> calls{0};
    std::atomic<std::uint64_t> errors{0};
    std::atomic<std::uint64_t> nanoseconds{0};
  };
  std::array<Row, kFunctionNames.size()> rows_;
};

}  // namespace strongroom::hsm::pkcs11
