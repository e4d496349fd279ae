#include "service/operations/key_policy.h"

#include <gtest/gtest.h>

#include "service/operations/error.h"
#include "service/policy/document.h"

namespace strongroom::operations {
namespace {

std::optional<ErrorCode> refusalOf(const std::string& document) {
  try {
    requireKeyPolicy(document);
    return std::nullopt;
  } catch (const Error& error) {
    return error.code();
  }
}

TEST(KeyPolicyTest, GivesTheOwnerAccountEverythingByDefault) {
  const std::string document = defaultKeyPolicy({"us-east-1", "123456789012"});
  EXPECT_NE(document.find(R"("AWS" : "arn:aws:iam::123456789012:root")"), std::string::npos);
  EXPECT_EQ(policy::defectOf(document), "");
  EXPECT_EQ(refusalOf(document), std::nullopt);
}

TEST(KeyPolicyTest, TellsTooLargeFromMalformed) {
  EXPECT_EQ(refusalOf("{"), ErrorCode::kMalformedPolicy);
  EXPECT_EQ(refusalOf(std::string(kMaxPolicyBytes + 1, '{')), ErrorCode::kLimitExceeded);
}

}  // namespace
}  // namespace strongroom::operations
