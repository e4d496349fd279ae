#include "service/operations/alias_rules.h"

#include "tests/support/kms_fixture.h"

namespace strongroom::operations {
namespace {

using testing::KmsTest;
using testing::Refusal;

class AliasRulesTest : public KmsTest {};

TEST_F(AliasRulesTest, TakesWhatAnAliasCanBeCalled) {
  for (const char* name :
       {"alias/a", "alias/A_b-C/9", "alias/aws", "alias/awsome/x", "alias/a//"}) {
    EXPECT_NO_THROW(requireAliasName(name)) << name;
  }
}

TEST_F(AliasRulesTest, WantsThePrefix) {
  for (const char* name : {"", "a", "alias", "Alias/a", "alias:a", "arn:aws:kms:::alias/a"}) {
    EXPECT_EQ(refusalOf([&] { requireAliasName(name); }),
              (Refusal{ErrorCode::kValidation,
                       "Alias must start with the prefix \"alias/\". Please see "
                       "https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html"}))
        << name;
  }
}

TEST_F(AliasRulesTest, ReservesTheNamesOfAws) {
  for (const char* name : {"alias/aws/", "alias/aws/s3"}) {
    EXPECT_EQ(refusalOf([&] { requireAliasName(name); }),
              (Refusal{ErrorCode::kInvalidAliasName,
                       "Alias names that begin with alias/aws/ are reserved"}))
        << name;
  }
}

TEST_F(AliasRulesTest, RefusesWhatNoAliasArnCanHold) {
  for (const char* name : {"alias/", "alias/a:b"}) {
    EXPECT_EQ(refusalOf([&] { requireAliasName(name); }).code, ErrorCode::kInvalidAliasName)
        << name;
  }
}

}  // namespace
}  // namespace strongroom::operations
