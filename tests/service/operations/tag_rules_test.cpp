#include "service/operations/tag_rules.h"

#include <gtest/gtest.h>

#include "service/operations/error.h"

namespace strongroom::operations {
namespace {

std::string refusalOf(const std::vector<keys::Tag>& tags) {
  try {
    requireTagRules(tags);
    requireTagCount(tags);
    return "";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kTag);
    return error.what();
  }
}

TEST(TagRulesTest, TakesWhatATagCanBe) {
  EXPECT_EQ(refusalOf({}), "");
  EXPECT_EQ(refusalOf({{"a", ""}, {"A", ""}, {"aws", "x"}, {"AWS:x", "y"}, {"xaws:", ""}}), "");
}

TEST(TagRulesTest, RefusesARepeatedKey) {
  EXPECT_EQ(refusalOf({{"a", "1"}, {"b", "2"}, {"a", "1"}}), "Duplicate tag keys");
}

TEST(TagRulesTest, RefusesReservedKeys) {
  EXPECT_EQ(refusalOf({{"aws:", ""}}), "Tags beginning with aws: are reserved");
}

TEST(TagRulesTest, CountsToFifty) {
  std::vector<keys::Tag> tags;
  for (std::size_t i = 0; i < kMaxTagsPerKey; ++i) tags.push_back({std::to_string(i), ""});
  EXPECT_EQ(refusalOf(tags), "");
  tags.push_back({"more", ""});
  EXPECT_EQ(refusalOf(tags), "Too many tags");
}

}  // namespace
}  // namespace strongroom::operations
