#include "tests/bench/report.h"

#include <algorithm>
#include <iomanip>
#include <string_view>

namespace strongroom::bench {
namespace {

/// The calls in process that each operation of the service comes down to.
struct Counterpart {
  std::string_view operation;
  std::string_view call;
};
constexpr Counterpart kCounterparts[] = {
    {"GenerateDataKey", "generateDataKey"},
    {"Decrypt", "unwrapDataKey"},
    {"Encrypt", "generateDataKey"},  // its message key
};

double ratio(const Measurement& measured, const std::vector<Measurement>& hsm) {
  for (const Counterpart& pair : kCounterparts) {
    if (pair.operation != measured.operation) continue;
    for (const Measurement& base : hsm) {
      if (base.operation == pair.call && base.workers == measured.workers)
        return measured.rate() / base.rate();
    }
  }
  return 0;
}

void heading(std::ostream& out, std::string_view first, std::string_view workers) {
  out << '\n'
      << std::left << std::setw(18) << first << std::right << std::setw(12) << workers
      << std::setw(10) << "per s" << std::setw(10) << "p50 us" << std::setw(10) << "p99 us"
      << std::setw(12) << "own CPU us" << std::setw(15) << "server CPU us" << std::setw(8)
      << "ratio" << '\n';
}

void row(std::ostream& out, const Measurement& m, double ratio) {
  out << std::left << std::setw(18) << m.operation << std::right << std::setw(12) << m.workers
      << std::fixed << std::setprecision(0) << std::setw(10) << m.rate() << std::setprecision(1)
      << std::setw(10) << m.p50 << std::setw(10) << m.p99 << std::setw(12) << m.ownCpu;
  if (ratio > 0)
    out << std::setw(15) << m.serverCpu << std::setprecision(2) << std::setw(8) << ratio;
  out << '\n';
}

}  // namespace

void report(std::ostream& out, const std::vector<Measurement>& hsm,
            const std::vector<Measurement>& https) {
  heading(out, "in process", "threads");
  for (const Measurement& m : hsm) row(out, m, 0);
  heading(out, "over HTTPS", "connections");
  for (const Measurement& m : https) row(out, m, ratio(m, hsm));
}

}  // namespace strongroom::bench
