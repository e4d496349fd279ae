#include <gtest/gtest.h>

#include "tests/service/keys/store_fixture.h"

namespace strongroom::keys {
namespace {

class SqliteTagsTest : public StoreTest {};

TEST_F(SqliteTagsTest, TagsAreAddedOverwrittenAndRemoved) {
  addKey(1, {{"b", "2"}, {"a", "1"}});
  EXPECT_TRUE(store_->updateTags(keyId(1), [](const KeyRecord& key, std::vector<Tag>& tags) {
    EXPECT_EQ(key.id, keyId(1));
    EXPECT_EQ(tags, (std::vector<Tag>{{"a", "1"}, {"b", "2"}}));
    tags = {{"c", "3"}, {"b", "two"}};
  }));
  EXPECT_EQ(store_->tags(keyId(1)), (std::vector<Tag>{{"b", "two"}, {"c", "3"}}));
}

TEST_F(SqliteTagsTest, AChangeThatThrowsLeavesTheTags) {
  struct Refused {};
  addKey(1, {{"a", "1"}});
  EXPECT_THROW(store_->updateTags(keyId(1),
                                  [](const KeyRecord&, std::vector<Tag>& tags) {
                                    tags.clear();
                                    throw Refused();
                                  }),
               Refused);
  EXPECT_EQ(store_->tags(keyId(1)).size(), 1U);
}

TEST_F(SqliteTagsTest, TwoTagsOfOneKeyAreRefusedWhole) {
  addKey(1, {{"a", "1"}});
  EXPECT_THROW(store_->updateTags(keyId(1),
                                  [](const KeyRecord&, std::vector<Tag>& tags) {
                                    tags = {{"b", "1"}, {"b", "2"}};
                                  }),
               StoreError);
  EXPECT_EQ(store_->tags(keyId(1)), (std::vector<Tag>{{"a", "1"}}));
}

TEST_F(SqliteTagsTest, AKeyThatIsNotVisibleHasNoTagsToChange) {
  EXPECT_FALSE(store_->updateTags(
      keyId(1), [](const KeyRecord&, std::vector<Tag>&) { FAIL() << "called for no key"; }));
}

}  // namespace
}  // namespace strongroom::keys
