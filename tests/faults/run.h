#pragma once

#include <optional>

#include "tests/faults/backend.h"
#include "tests/faults/load.h"
#include "tests/faults/scenario.h"

namespace strongroom::testing {

/// What one scenario came to on one backend.
struct Outcome {
  double rateBefore = 0;  ///< calls answered in a second, before the fault
  double rateAfter = 0;   ///< in the window that counted as recovered
  /// From the fault's end to the first window without errors and with the rate back; nullopt when
  /// there was none in time.
  std::optional<std::chrono::milliseconds> recovery;
  std::uint64_t faultsApplied = 0;
  std::chrono::milliseconds longest{0};  ///< of any call
  std::chrono::milliseconds late{0};     ///< past its deadline, the longest of any call
  std::map<hsm::ErrorCode, std::uint64_t> errors;
  std::map<hsm::ErrorCode, std::string> examples;
  std::vector<std::string> wrongs;  ///< wrong plaintexts, keys made twice, keys that are gone
  std::uint64_t lostDataKeys = 0;
  std::int64_t sessionsOfModule = 0;  ///< still open, as the fault module counts
  std::int64_t sessionsOfPool = 0;    ///< still open, as Hsm::statistics() counts
  std::int64_t anchors = 0;           ///< sessions that are no pool's, one for each module loaded
  std::uint64_t sessionsLeased = 0;
  std::uint64_t workersReplaced = 0;
  std::uint64_t logins = 0;  ///< C_Login calls from the fault's beginning on
};

/// Runs `scenario` on a new token under the load of sixteen clients.
Outcome run(const Scenario& scenario, const Backend& backend);

}  // namespace strongroom::testing
