#include "service/operations/list_resource_tags.h"

#include "service/operations/tag_resource.h"
#include "tests/support/kms_fixture.h"

namespace strongroom::operations {
namespace {

using testing::KmsTest;
using testing::Refusal;

class ListResourceTagsTest : public KmsTest {
 protected:
  const KeyId key_ = newKey();
};

TEST_F(ListResourceTagsTest, ListsTagsByKey) {
  tagResource(call(), {arn(key_), {{"b", "2"}, {"a", "1"}}});
  const ListResourceTagsResponse response = listResourceTags(call(), {arn(key_), {50, {}}});
  EXPECT_EQ(response.tags, (std::vector<keys::Tag>{{"a", "1"}, {"b", "2"}}));
  EXPECT_FALSE(response.nextMarker.has_value());
}

TEST_F(ListResourceTagsTest, GivesEveryTagOnceOverPages) {
  std::vector<keys::Tag> all;
  for (char c = 'a'; c <= 'e'; ++c) all.push_back({std::string("\xc3\xa9") + c, ""});
  tagResource(call(), {arn(key_), all});
  for (const std::size_t limit : {1UL, 2UL, 5UL, 6UL}) {
    std::vector<keys::Tag> seen;
    PageRequest page{limit, {}};
    do {
      const ListResourceTagsResponse response = listResourceTags(call(), {arn(key_), page});
      EXPECT_LE(response.tags.size(), limit);
      seen.insert(seen.end(), response.tags.begin(), response.tags.end());
      page.marker = response.nextMarker;
    } while (page.marker);
    EXPECT_EQ(seen, all);
  }
}

TEST_F(ListResourceTagsTest, RefusesAMarkerThatIsNone) {
  EXPECT_EQ(refusalOf([&] {
              listResourceTags(call(), {arn(key_), {50, "1"}});
            }),
            (Refusal{ErrorCode::kInvalidMarker, "Could not deserialize the marker"}));
}

TEST_F(ListResourceTagsTest, RefusesWhatIsNoKeyOrAnAlias) {
  addAlias("alias/one", key_);
  EXPECT_EQ(refusalOf([&] {
              listResourceTags(call(), {unknownKey().toString(), {50, {}}});
            }).code,
            ErrorCode::kNotFound);
  EXPECT_EQ(refusalOf([&] {
              listResourceTags(call(), {"alias/one", {50, {}}});
            }),
            (Refusal{ErrorCode::kNotFound, "Invalid keyId 'alias/one'"}));
}

}  // namespace
}  // namespace strongroom::operations
