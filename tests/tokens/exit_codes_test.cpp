#include "tokens/exit_codes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

namespace strongroom::tokens {
namespace {

std::string read(const std::string& file) {
  std::ifstream stream(STRONGROOM_SOURCE_DIR "/" + file);
  EXPECT_TRUE(stream) << file;
  return {std::istreambuf_iterator<char>(stream), {}};
}

TEST(ExitCodesTest, EveryCodeIsThereOnceAndAscending) {
  EXPECT_TRUE(std::ranges::is_sorted(kExitCodes, {}, &ExitCodeRow::code));
  EXPECT_EQ(std::ranges::adjacent_find(kExitCodes, {}, &ExitCodeRow::code), kExitCodes.end());
  for (const ExitCodeRow& row : kExitCodes) EXPECT_FALSE(row.meaning.empty());
}

TEST(ExitCodesTest, EveryErrorOfATokenHasACodeAndANextStep) {
  for (auto error = hsm::ErrorCode::kBusy; error <= hsm::ErrorCode::kFault;
       error = static_cast<hsm::ErrorCode>(static_cast<int>(error) + 1)) {
    const TokenErrorRow& row = rowFor(error);
    EXPECT_EQ(row.error, error) << toString(error);
    EXPECT_GE(row.exitCode, ExitCode::kRefused) << toString(error);
    EXPECT_FALSE(row.nextStep.empty()) << toString(error);
  }
}

TEST(ExitCodesTest, TheDocumentationSaysEachAsTheProgramDoes) {
  const std::string operations = read("docs/operations.md");
  const std::string manual = read("docs/man/strongroom.1");
  for (const ExitCodeRow& row : kExitCodes) {
    const std::string number = std::to_string(static_cast<int>(row.code));
    const std::string meaning(row.meaning);
    EXPECT_NE(operations.find("| " + number + " | " + meaning + " |"), std::string::npos) << number;
    EXPECT_NE(manual.find(".It " + number + "\n" + meaning + "\n"), std::string::npos) << number;
  }
}

}  // namespace
}  // namespace strongroom::tokens
