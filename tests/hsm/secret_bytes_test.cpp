#include "hsm/secret_bytes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <type_traits>

namespace strongroom::testing {
namespace {

static_assert(!std::is_copy_constructible_v<SecretBytes>);
static_assert(std::is_nothrow_move_constructible_v<SecretBytes>);

TEST(SecretBytesTest, ComparesByContentAndLength) {
  const SecretBytes secret(asBytes("secret"));
  EXPECT_TRUE(secret == secret.clone());
  EXPECT_FALSE(secret == SecretBytes(asBytes("secrft")));
  EXPECT_FALSE(secret == SecretBytes(asBytes("secre")));
  EXPECT_TRUE(SecretBytes() == SecretBytes());
}

TEST(SecretBytesTest, TruncatingWipesTheRest) {
  SecretBytes secret(asBytes("secret"));
  const std::byte* start = secret.expose().data();
  secret.truncate(2);
  EXPECT_EQ(asText(secret.expose()), "se");
  // The bytes beyond the end are still the buffer's: its capacity did not shrink.
  EXPECT_TRUE(std::all_of(start + 2, start + 6, [](std::byte b) { return b == std::byte{0}; }));
}

}  // namespace
}  // namespace strongroom::testing
