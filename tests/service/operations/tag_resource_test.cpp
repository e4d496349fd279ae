#include "service/operations/tag_resource.h"

#include "service/operations/tag_rules.h"
#include "tests/support/kms_fixture.h"

namespace strongroom::operations {
namespace {

using testing::KmsTest;
using testing::Refusal;

class TagResourceTest : public KmsTest {
 protected:
  const KeyId key_ = newKey();
};

TEST_F(TagResourceTest, AddsTagsAndReplacesValues) {
  tagResource(call(), {key_.toString(), {{"a", "1"}, {"b", "2"}}});
  tagResource(call(), {arn(key_), {{"b", "3"}, {"c", ""}}});
  EXPECT_EQ(store_->tags(key_), (std::vector<keys::Tag>{{"a", "1"}, {"b", "3"}, {"c", ""}}));
}

TEST_F(TagResourceTest, TellsKeysApartByCase) {
  tagResource(call(), {arn(key_), {{"a", "1"}, {"A", "2"}}});
  EXPECT_EQ(store_->tags(key_).size(), 2U);
}

TEST_F(TagResourceTest, LeavesAKeyFiftyTagsAndNoMore) {
  TagResourceRequest request{arn(key_), {}};
  for (std::size_t i = 0; i < kMaxTagsPerKey; ++i) request.tags.push_back({std::to_string(i), ""});
  tagResource(call(), request);
  EXPECT_EQ(refusalOf([&] {
              tagResource(call(), {arn(key_), {{"more", ""}}});
            }),
            (Refusal{ErrorCode::kTag, "Too many tags"}));
  tagResource(call(), {arn(key_), {{"7", "replaced"}}});
  EXPECT_EQ(store_->tags(key_).size(), kMaxTagsPerKey);
}

TEST_F(TagResourceTest, RefusesBadTagsWhole) {
  EXPECT_EQ(refusalOf([&] {
              tagResource(call(), {arn(key_), {{"a", "1"}, {"a", "2"}}});
            }),
            (Refusal{ErrorCode::kTag, "Duplicate tag keys"}));
  EXPECT_EQ(refusalOf([&] {
              tagResource(call(), {arn(key_), {{"a", "1"}, {"aws:b", "2"}}});
            }),
            (Refusal{ErrorCode::kTag, "Tags beginning with aws: are reserved"}));
}

TEST_F(TagResourceTest, TakesADisabledKeyAndNoneThatIsPendingDeletion) {
  setState(key_, keys::KeyState::kDisabled);
  tagResource(call(), {arn(key_), {{"a", "1"}}});
  setState(key_, keys::KeyState::kPendingDeletion);
  EXPECT_EQ(refusalOf([&] {
              tagResource(call(), {arn(key_), {{"a", "2"}}});
            }),
            (Refusal{ErrorCode::kInvalidState, arn(key_) + " is pending deletion."}));
}

TEST_F(TagResourceTest, RefusesWhatIsNoKeyOrAnAlias) {
  addAlias("alias/one", key_);
  EXPECT_EQ(refusalOf([&] {
              tagResource(call(), {unknownKey().toString(), {{"a", "1"}}});
            }),
            (Refusal{ErrorCode::kNotFound, "Key '" + arn(unknownKey()) + "' does not exist"}));
  EXPECT_EQ(refusalOf([&] {
              tagResource(call(), {"alias/one", {{"a", "1"}}});
            }),
            (Refusal{ErrorCode::kNotFound, "Invalid keyId 'alias/one'"}));
}

}  // namespace
}  // namespace strongroom::operations
