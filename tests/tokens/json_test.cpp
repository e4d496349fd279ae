#include "tokens/json.h"

#include <gtest/gtest.h>

#include <sstream>

namespace strongroom::tokens {
namespace {

std::string printed(const Json& json) {
  std::ostringstream out;
  json.print(out);
  return out.str();
}

TEST(JsonTest, ScalarsStandAsTheyAre) {
  EXPECT_EQ(printed(Json()), "null\n");
  EXPECT_EQ(printed(true), "true\n");
  EXPECT_EQ(printed(std::uint64_t{18446744073709551615ULL}), "18446744073709551615\n");
  EXPECT_EQ(printed("a\"b"), "\"a\\\"b\"\n");
  EXPECT_EQ(printed(std::optional<std::uint64_t>()), "null\n");
}

TEST(JsonTest, AnObjectTakesOneLineUnlessItHoldsEntries) {
  const Json flat = Json::object({{"a", std::uint64_t{1}}, {"b", Json::array({})}});
  EXPECT_EQ(printed(flat), "{\"a\": 1, \"b\": []}\n");
  EXPECT_EQ(printed(Json::object({{"list", Json::array({flat, "x"})}})),
            "{\n"
            "  \"list\": [\n"
            "    {\"a\": 1, \"b\": []},\n"
            "    \"x\"\n"
            "  ]\n"
            "}\n");
}

}  // namespace
}  // namespace strongroom::tokens
