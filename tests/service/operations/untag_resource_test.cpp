#include "service/operations/untag_resource.h"

#include "service/operations/tag_resource.h"
#include "tests/support/kms_fixture.h"

namespace strongroom::operations {
namespace {

using testing::KmsTest;
using testing::Refusal;

class UntagResourceTest : public KmsTest {
 protected:
  UntagResourceTest() : key_(newKey()) {
    tagResource(call(), {arn(key_), {{"a", "1"}, {"b", "2"}, {"c", "3"}}});
  }

  const KeyId key_;
};

TEST_F(UntagResourceTest, RemovesTheTagsNamed) {
  untagResource(call(), {key_.toString(), {"a", "c"}});
  EXPECT_EQ(store_->tags(key_), (std::vector<keys::Tag>{{"b", "2"}}));
}

TEST_F(UntagResourceTest, IgnoresTagsThatAreNotThere) {
  const std::string before = everything();
  untagResource(call(), {arn(key_), {"x", "A"}});
  untagResource(call(), {arn(key_), {}});
  EXPECT_EQ(everything(), before);
}

TEST_F(UntagResourceTest, RefusesReservedKeys) {
  EXPECT_EQ(refusalOf([&] {
              untagResource(call(), {arn(key_), {"a", "aws:b"}});
            }),
            (Refusal{ErrorCode::kTag, "Tags beginning with aws: are reserved"}));
}

TEST_F(UntagResourceTest, TakesADisabledKeyAndNoneThatIsPendingDeletion) {
  setState(key_, keys::KeyState::kDisabled);
  untagResource(call(), {arn(key_), {"a"}});
  setState(key_, keys::KeyState::kPendingDeletion);
  EXPECT_EQ(refusalOf([&] {
              untagResource(call(), {arn(key_), {"b"}});
            }),
            (Refusal{ErrorCode::kInvalidState, arn(key_) + " is pending deletion."}));
}

TEST_F(UntagResourceTest, RefusesAnUnknownKey) {
  EXPECT_EQ(refusalOf([&] {
              untagResource(call(), {unknownKey().toString(), {"a"}});
            }),
            (Refusal{ErrorCode::kNotFound, "Key '" + arn(unknownKey()) + "' does not exist"}));
}

}  // namespace
}  // namespace strongroom::operations
