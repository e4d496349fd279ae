#include "service/keys/key_identifier.h"

#include <gtest/gtest.h>

namespace strongroom::keys {
namespace {

const Account kAccount{"us-east-1", "123456789012"};
constexpr const char* kUuid = "1234abcd-12ab-34cd-56ef-1234567890ab";
const std::string kPrefix = "arn:aws:kms:us-east-1:123456789012:";

using Parsed = std::variant<KeyId, AliasName, BadIdentifier>;

Parsed parse(const std::string& text) {
  return parseKeyIdentifier(text, kAccount);
}

TEST(KeyIdentifierTest, AllFourFormsAreRead) {
  EXPECT_EQ(parse(kUuid), Parsed(*KeyId::parse(kUuid)));
  EXPECT_EQ(parse(kPrefix + "key/" + kUuid), Parsed(*KeyId::parse(kUuid)));
  EXPECT_EQ(parse("alias/Back_up/2-a"), Parsed(AliasName{"alias/Back_up/2-a"}));
  EXPECT_EQ(parse(kPrefix + "alias/backup"), Parsed(AliasName{"alias/backup"}));
}

TEST(KeyIdentifierTest, AnAliasNameHasUpTo250Characters) {
  EXPECT_EQ(parse("alias/" + std::string(250, 'a')),
            Parsed(AliasName{"alias/" + std::string(250, 'a')}));
  EXPECT_EQ(parse("alias/" + std::string(251, 'a')), Parsed(BadIdentifier::kMalformed));
}

TEST(KeyIdentifierTest, WhatIsNoIdentifierIsMalformed) {
  for (const std::string text :
       {"", "alias/", "alias", "ALIAS/a", "alias/ä", "alias/a b", "alias/a:b", "key/x",
        "1234ABCD-12AB-34CD-56EF-1234567890AB", "1234abcd12ab34cd56ef1234567890ab",
        "mrk-1234abcd12ab34cd56ef1234567890ab", " 1234abcd-12ab-34cd-56ef-1234567890ab"}) {
    EXPECT_EQ(parse(text), Parsed(BadIdentifier::kMalformed)) << text;
  }
  EXPECT_EQ(parse(std::string("alias/a\0b", 9)), Parsed(BadIdentifier::kMalformed));
}

TEST(KeyIdentifierTest, AnArnThatIsNoneOfKmsIsAMalformedArn) {
  const std::string key = std::string("key/") + kUuid;
  for (const std::string& text : std::vector<std::string>{
           "arn:", "arn:aws", "arn:aws:kms:us-east-1:123456789012", kPrefix, kPrefix + "key/",
           kPrefix + kUuid, kPrefix + "key/" + kUuid + "0", kPrefix + "alias/",
           kPrefix + "alias/a:b", kPrefix + "grant/" + kUuid, "arn:aws:s3:::bucket",
           "arn:aws:iam::123456789012:user/alice", "arn::kms:us-east-1:123456789012:" + key,
           "arn:oss:kms:us-east-1:123456789012:" + key, "arn:aws:kms::123456789012:" + key,
           "arn:aws:kms:us east:123456789012:" + key, "arn:aws:kms:us-east-1:12345678901:" + key,
           "arn:aws:kms:us-east-1:12345678901x:" + key}) {
    EXPECT_EQ(parse(text), Parsed(BadIdentifier::kMalformedArn)) << text;
  }
}

TEST(KeyIdentifierTest, AProperArnOfElsewhereIsForeign) {
  const std::string key = std::string("key/") + kUuid;
  for (const std::string& text : std::vector<std::string>{
           "arn:aws:kms:us-east-2:123456789012:" + key, "arn:aws:kms:us-east-1:123456789013:" + key,
           "arn:aws-cn:kms:us-east-1:123456789012:" + key,
           "arn:aws:kms:us-east-2:123456789012:alias/backup"}) {
    EXPECT_EQ(parse(text), Parsed(BadIdentifier::kForeign)) << text;
  }
}

}  // namespace
}  // namespace strongroom::keys
