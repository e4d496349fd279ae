#include "service/operations/generate_random.h"

#include <algorithm>

#include "tests/support/kms_fixture.h"

namespace strongroom::operations {
namespace {

using testing::KmsTest;

class GenerateRandomTest : public KmsTest {};

TEST_F(GenerateRandomTest, GivesAsManyBytesAsAskedFor) {
  for (const std::uint32_t bytes : {1U, 32U, 1024U}) {
    EXPECT_EQ(generateRandom(call(), {bytes}).plaintext.size(), bytes);
  }
}

TEST_F(GenerateRandomTest, TakesThemFromTheTokenAndNeverTheSameTwice) {
  const std::uint64_t calls = hsm_.calls("C_GenerateRandom");
  EXPECT_FALSE(generateRandom(call(), {32}).plaintext == generateRandom(call(), {32}).plaintext);
  EXPECT_EQ(hsm_.calls("C_GenerateRandom"), calls + 2);
}

TEST_F(GenerateRandomTest, PassesOnWhatTheTokenReports) {
  hsm_.failNext(hsm::Error(hsm::ErrorCode::kTokenUnavailable, "gone"));
  EXPECT_THROW(generateRandom(call(), {32}), hsm::Error);
}

}  // namespace
}  // namespace strongroom::operations
