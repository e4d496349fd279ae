#include "service/operations/find_key.h"

#include "tests/support/kms_fixture.h"

namespace strongroom::operations {
namespace {

using testing::KmsTest;
using testing::Refusal;

class FindKeyTest : public KmsTest {
 protected:
  Refusal refusal(const std::string& identifier, IdentifierRules rules) {
    const Refusal found = refusalOf([&] { findKey(call(), identifier, rules); });
    // Aliases apart, both ways to read an identifier agree on what is none.
    if (found.text.find("exist") == std::string::npos &&
        found.text.find("not found") == std::string::npos) {
      EXPECT_EQ(refusalOf([&] { parseKeyId(call(), identifier, rules); }), found);
    }
    return found;
  }
};

TEST_F(FindKeyTest, TellsWhatIsWrongWithAnIdentifier) {
  EXPECT_EQ(refusal("fake-key-id", kForManagement),
            (Refusal{ErrorCode::kNotFound, "Invalid keyId 'fake-key-id'"}));
  EXPECT_EQ(refusal("1234ABCD-12AB-34CD-56EF-1234567890AB", kForCryptography).text,
            "Invalid keyId '1234ABCD-12AB-34CD-56EF-1234567890AB'");
  EXPECT_EQ(refusal(unknownKey().toString(), kForDescribe),
            (Refusal{ErrorCode::kNotFound, "Key '" + arn(unknownKey()) + "' does not exist"}));
}

TEST_F(FindKeyTest, NamesTheRegionOfAnArnFromElsewhere) {
  const std::string id = newKey().toString();
  EXPECT_EQ(refusal("arn:aws:kms:eu-west-1:000000000000:key/" + id, kForManagement),
            (Refusal{ErrorCode::kNotFound, "Invalid arn eu-west-1"}));
  EXPECT_EQ(refusal("arn:aws:kms:eu-west-1:000000000000:alias/x", kForCryptography),
            (Refusal{ErrorCode::kNotFound, "Invalid arn eu-west-1"}));
}

TEST_F(FindKeyTest, DoesNotFindOurKeyUnderAnotherAccountOrPartition) {
  const std::string id = newKey().toString();
  for (const std::string& foreign : {"arn:aws:kms:us-east-1:111111111111:key/" + id,
                                     "arn:aws-cn:kms:us-east-1:000000000000:key/" + id}) {
    EXPECT_EQ(refusal(foreign, kForCryptography),
              (Refusal{ErrorCode::kNotFound, "Key '" + foreign + "' does not exist"}));
    EXPECT_EQ(refusalOf([&] { parseKeyId(call(), foreign, kForManagement); }).code,
              ErrorCode::kNotFound);
  }
}

TEST_F(FindKeyTest, CallsAMalformedArnWhatTheOperationsModelHas) {
  for (const char* bad :
       {"arn:aws:kms", "arn:aws:s3:::bucket", "arn:aws:kms:us-east-1:000000000000:key/fake"}) {
    const std::string text = std::string("Invalid arn ") + bad;
    EXPECT_EQ(refusal(bad, kForManagement), (Refusal{ErrorCode::kInvalidArn, text}));
    EXPECT_EQ(refusal(bad, kForDescribe), (Refusal{ErrorCode::kInvalidArn, text}));
    EXPECT_EQ(refusal(bad, kForCryptography), (Refusal{ErrorCode::kNotFound, text}));
    EXPECT_EQ(refusal(bad, kForAliasTarget), (Refusal{ErrorCode::kNotFound, text}));
  }
}

TEST_F(FindKeyTest, TakesAliasesOnlyWhereAwsDoes) {
  const KeyId key = newKey();
  addAlias("alias/one", key);
  const std::string aliasArn = "arn:aws:kms:us-east-1:000000000000:alias/one";
  for (const std::string& name : {std::string("alias/one"), aliasArn}) {
    EXPECT_EQ(findKey(call(), name, kForCryptography).id, key);
    EXPECT_EQ(findKey(call(), name, kForDescribe).id, key);
  }
  EXPECT_EQ(refusal("alias/one", kForManagement),
            (Refusal{ErrorCode::kNotFound, "Invalid keyId 'alias/one'"}));
  EXPECT_EQ(refusal(aliasArn, kForManagement),
            (Refusal{ErrorCode::kInvalidArn, "Invalid arn " + aliasArn}));
}

TEST_F(FindKeyTest, UndoesAChangeThatThrows) {
  const KeyId key = newKey();
  EXPECT_EQ(refusalOf([&] {
              changeKey(call(), key, [](keys::KeyRecord& changed) {
                changed.description = "changed";
                throw Error(ErrorCode::kValidation, "no");
              });
            }),
            (Refusal{ErrorCode::kValidation, "no"}));
}

}  // namespace
}  // namespace strongroom::operations
