#pragma once

#include <iosfwd>
#include <vector>

#include "tests/faults/run.h"

namespace strongroom::testing {

/// The results of this program's scenarios as a table of Markdown.
class Report {
 public:
  void add(const Backend& backend, const Scenario& scenario, const Outcome& outcome);
  void print(std::ostream& out) const;

 private:
  struct Row {
    const Backend* backend;
    const Scenario* scenario;
    Outcome outcome;
  };
  std::vector<Row> rows_;
};

/// The one of this program.
Report& report();

}  // namespace strongroom::testing
