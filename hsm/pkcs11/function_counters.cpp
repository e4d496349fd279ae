#include "hsm/pkcs11/function_counters.h"

namespace strongroom::hsm::pkcs11 {

void FunctionCounters::add(std::size_t row, bool failed, std::chrono::nanoseconds duration) {
  Row& counters = rows_[row];
  counters.calls.fetch_add(1, std::memory_order_relaxed);
  if (failed) counters.errors.fetch_add(1, std::memory_order_relaxed);
  counters.nanoseconds.fetch_add(static_cast<std::uint64_t>(duration.count()),
                                 std::memory_order_relaxed);
}

std::vector<CallCount> FunctionCounters::read() const {
  std::vector<CallCount> counts;
  for (std::size_t row = 0; row < rows_.size(); ++row) {
    const std::uint64_t calls = rows_[row].calls.load(std::memory_order_relaxed);
    if (calls == 0) continue;
    const auto nanoseconds = rows_[row].nanoseconds.load(std::memory_order_relaxed);
    counts.push_back({.function = std::string(kFunctionNames[row]),
                      .calls = calls,
                      .errors = rows_[row].errors.load(std::memory_order_relaxed),
                      .seconds = static_cast<double>(nanoseconds) / 1e9});
  }
  return counts;
}

}  // namespace strongroom::hsm::pkcs11
