#include "tests/faults/report.h"

#include <cctype>
#include <ostream>
#include <string>

namespace strongroom::testing {
namespace {

/// "AllSessionsAreLost" as "all sessions are lost".
std::string inWords(std::string_view name) {
  std::string words;
  for (const char letter : name) {
    if (std::isupper(static_cast<unsigned char>(letter)) != 0 && !words.empty()) words += ' ';
    words += static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  }
  return words;
}

std::string errorsOf(const Outcome& outcome) {
  std::string text;
  for (const auto& [code, count] : outcome.errors) {
    text += (text.empty() ? "" : ", ") + std::string(toString(code)) + " " + std::to_string(count);
  }
  return text.empty() ? "none" : text;
}

std::string recoveryOf(const Scenario& scenario, const Outcome& outcome) {
  if (scenario.ending == Ending::kNeedsPerson) return "by an administrator";
  if (!outcome.recovery) return "none";
  return std::to_string(outcome.recovery->count()) + " ms";
}

}  // namespace

void Report::add(const Backend& backend, const Scenario& scenario, const Outcome& outcome) {
  rows_.push_back({&backend, &scenario, outcome});
}

void Report::print(std::ostream& out) const {
  const Backend* last = nullptr;
  for (const auto& [backend, scenario, outcome] : rows_) {
    if (backend != last) {
      out << "\n### " << backend->name << "\n\n"
          << "| scenario | calls met | errors seen by callers | longest call | back at full rate |"
          << (backend->isolated ? " workers replaced |" : "") << "\n|---|---|---|---|---|"
          << (backend->isolated ? "---|" : "") << "\n";
      last = backend;
    }
    out << "| " << inWords(scenario->name) << " | " << outcome.faultsApplied << " | "
        << errorsOf(outcome) << " | " << outcome.longest.count() << " ms | "
        << recoveryOf(*scenario, outcome) << " |";
    if (backend->isolated) out << " " << outcome.workersReplaced << " |";
    out << "\n";
  }
}

Report& report() {
  static Report report;
  return report;
}

}  // namespace strongroom::testing
