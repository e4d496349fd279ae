// docs/api.md promises what operation_table.cpp does; neither may change alone.

#include <gtest/gtest.h>

#include <fstream>
#include <ostream>
#include <string>
#include <vector>

#include "service/api/aws/operation_table.h"
#include "service/policy/roles.h"

namespace strongroom::api::aws {
namespace {

/// One row of the table of operations.
struct Row {
  std::string name;
  bool served = false;
  bool openToUsers = false;
  friend bool operator==(const Row&, const Row&) = default;
};

std::ostream& operator<<(std::ostream& out, const Row& row) {
  return out << row.name << (row.served ? ", served" : ", not served")
             << (row.openToUsers ? ", open to users" : "");
}

/// The cells of "| a | b | c |", without the white space around them.
std::vector<std::string> cellsOf(const std::string& line) {
  std::vector<std::string> cells;
  std::size_t begin = line.find('|') + 1;
  for (std::size_t end; (end = line.find('|', begin)) != std::string::npos; begin = end + 1) {
    const std::size_t first = line.find_first_not_of(' ', begin);
    const std::size_t last = line.find_last_not_of(' ', end - 1);
    cells.push_back(first < end ? line.substr(first, last + 1 - first) : "");
  }
  return cells;
}

/// The rows of the section "## Operations", which begin with a name in code style.
std::vector<Row> documentedOperations() {
  std::ifstream file(STRONGROOM_SOURCE_DIR "/docs/api.md");
  EXPECT_TRUE(file.is_open());
  std::vector<Row> rows;
  bool inSection = false;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("## ")) inSection = line == "## Operations";
    if (!inSection || !line.starts_with("| `")) continue;
    const std::vector<std::string> cells = cellsOf(line);
    if (cells.size() != 4) {
      ADD_FAILURE() << "not four cells: " << line;
      continue;
    }
    EXPECT_TRUE(cells[1] == "yes" || cells[1] == "no") << line;
    EXPECT_TRUE(cells[2] == "user" || cells[2].empty()) << line;
    rows.push_back(
        {cells[0].substr(1, cells[0].size() - 2), cells[1] == "yes", cells[2] == "user"});
  }
  return rows;
}

TEST(DocsTest, TheTableOfOperationsIsTheOneThatIsServed) {
  std::vector<Row> served;
  for (const Operation& operation : operationTable()) {
    Row row{std::string(operation.name), operation.run != nullptr, operation.actionCount > 0};
    for (std::size_t i = 0; i < operation.actionCount; ++i) {
      row.openToUsers = row.openToUsers && policy::allows(keys::Role::kUser, operation.actions[i]);
    }
    served.push_back(row);
  }
  EXPECT_EQ(documentedOperations(), served);
}

}  // namespace
}  // namespace strongroom::api::aws
