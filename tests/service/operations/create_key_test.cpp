#include "service/operations/create_key.h"

#include "service/operations/key_policy.h"
#include "service/operations/tag_rules.h"
#include "tests/support/kms_fixture.h"

namespace strongroom::operations {
namespace {

using testing::KmsTest;
using testing::Refusal;

class CreateKeyTest : public KmsTest {};

TEST_F(CreateKeyTest, MakesAnEnabledKeyWithTheDefaultPolicy) {
  const KeyDescription made = createKey(call(), {});
  EXPECT_EQ(made.arn, arn(made.key.id));
  EXPECT_EQ(made.accountId, "000000000000");
  EXPECT_EQ(made.currentKeyMaterialId, keys::keyMaterialId({made.key.id, 1}));
  const keys::KeyRecord key = record(made.key.id);
  EXPECT_EQ(key.state, keys::KeyState::kEnabled);
  EXPECT_EQ(key.currentVersion, 1U);
  EXPECT_EQ(key.created, clock_.now());
  EXPECT_EQ(key.description, "");
  EXPECT_EQ(key.policy, defaultKeyPolicy(account_));
  EXPECT_FALSE(key.rotationEnabled);
  EXPECT_EQ(hsm_.listKeys(call().deadline), (std::vector<KeyRef>{{key.id, 1}}));
}

TEST_F(CreateKeyTest, KeepsWhatTheCallerGave) {
  CreateKeyRequest request;
  request.description = "photos";
  request.policy = R"({"Statement":[]})";
  request.tags = {{"b", "2"}, {"a", "1"}};
  const KeyId key = createKey(call(), request).key.id;
  EXPECT_EQ(record(key).description, "photos");
  EXPECT_EQ(record(key).policy, R"({"Statement":[]})");
  EXPECT_EQ(store_->tags(key), (std::vector<keys::Tag>{{"a", "1"}, {"b", "2"}}));
}

TEST_F(CreateKeyTest, GivesEachKeyAnIdThatIsAVersion4Uuid) {
  for (int i = 0; i < 16; ++i) {
    const std::string id = createKey(call(), {}).key.id.toString();
    EXPECT_EQ(id[14], '4') << id;
    EXPECT_NE(std::string("89ab").find(id[19]), std::string::npos) << id;
  }
  EXPECT_EQ(store_->listKeys(std::nullopt, 100).entries.size(), 16U);
}

TEST_F(CreateKeyTest, RefusesKeysThatThisTokenDoesNotHold) {
  CreateKeyRequest request;
  request.symmetricInThisToken = false;
  EXPECT_EQ(refusalOf([&] { createKey(call(), request); }),
            (Refusal{ErrorCode::kUnsupportedOperation,
                     "Only symmetric encryption keys (SYMMETRIC_DEFAULT, ENCRYPT_DECRYPT, AWS_KMS, "
                     "single-Region) can be made."}));
}

TEST_F(CreateKeyTest, RefusesAPolicyThatIsNone) {
  CreateKeyRequest request;
  request.policy = "{}";
  EXPECT_EQ(refusalOf([&] { createKey(call(), request); }),
            (Refusal{ErrorCode::kMalformedPolicy, "Policy has no Statement."}));
}

TEST_F(CreateKeyTest, TakesFiftyTagsAndNoMore) {
  CreateKeyRequest request;
  for (std::size_t i = 0; i < kMaxTagsPerKey; ++i) request.tags.push_back({std::to_string(i), ""});
  EXPECT_EQ(store_->tags(createKey(call(), request).key.id).size(), kMaxTagsPerKey);
  request.tags.push_back({"more", ""});
  EXPECT_EQ(refusalOf([&] { createKey(call(), request); }),
            (Refusal{ErrorCode::kTag, "Too many tags"}));
}

TEST_F(CreateKeyTest, RefusesBadTags) {
  CreateKeyRequest request;
  request.tags = {{"a", "1"}, {"a", "2"}};
  EXPECT_EQ(refusalOf([&] { createKey(call(), request); }),
            (Refusal{ErrorCode::kTag, "Duplicate tag keys"}));
}

TEST_F(CreateKeyTest, ShowsNoKeyWhenTheTokenFails) {
  hsm_.failNext(hsm::Error(hsm::ErrorCode::kTokenUnavailable, "gone"));
  EXPECT_THROW(createKey(call(), {}), hsm::Error);
  EXPECT_TRUE(store_->listKeys(std::nullopt, 100).entries.empty());
}

}  // namespace
}  // namespace strongroom::operations
