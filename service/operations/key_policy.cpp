#include "service/operations/key_policy.h"

#include "service/operations/error.h"
#include "service/policy/document.h"

namespace strongroom::operations {

void requireKeyPolicy(const std::string& document) {
  if (document.size() > kMaxPolicyBytes) {
    throw Error(ErrorCode::kLimitExceeded, "The policy document is larger than " +
                                               std::to_string(kMaxPolicyBytes) + " bytes.");
  }
  if (const std::string defect = policy::defectOf(document); !defect.empty()) {
    throw Error(ErrorCode::kMalformedPolicy, defect);
  }
}

std::string defaultKeyPolicy(const keys::Account& account) {
  return R"({
  "Version" : "2012-10-17",
  "Id" : "key-default-1",
  "Statement" : [ {
    "Sid" : "Enable IAM User Permissions",
    "Effect" : "Allow",
    "Principal" : {
      "AWS" : ")" +
         account.rootArn() + R"("
    },
    "Action" : "kms:*",
    "Resource" : "*"
  } ]
})";
}

}  // namespace strongroom::operations
