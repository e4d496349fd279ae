#include "service/keys/arn.h"

#include <gtest/gtest.h>

namespace strongroom::keys {
namespace {

KeyRef someRef() {
  KeyRef ref{*KeyId::parse("10111213-1415-1617-1819-1a1b1c1d1e1f"), 7};
  return ref;
}

TEST(ArnTest, NamesAreWrittenAsAwsWritesThem) {
  const Account account{"eu-central-1", "111122223333"};
  EXPECT_EQ(account.keyArn(someRef().key),
            "arn:aws:kms:eu-central-1:111122223333:key/10111213-1415-1617-1819-1a1b1c1d1e1f");
  EXPECT_EQ(account.aliasArn("alias/a/b"), "arn:aws:kms:eu-central-1:111122223333:alias/a/b");
  EXPECT_EQ(account.userArn("alice"), "arn:aws:iam::111122223333:user/alice");
  EXPECT_EQ(account.rootArn(), "arn:aws:iam::111122223333:root");
}

TEST(ArnTest, AKeyMaterialIdIsTheSameForEver) {
  // Computed with Python's hashlib: it is in clients' records and must never change.
  EXPECT_EQ(keyMaterialId(someRef()),
            "3a99a7f2c5238bb0d03853b926ac2ae7611fcde7b3b9396662b721f5c4cff708");
}

TEST(ArnTest, EachVersionOfEachKeyHasItsOwnMaterialId) {
  KeyRef nextVersion = someRef();
  ++nextVersion.version;
  EXPECT_NE(keyMaterialId(someRef()), keyMaterialId(nextVersion));
  EXPECT_NE(keyMaterialId(someRef()), keyMaterialId({KeyId{}, 7}));
}

}  // namespace
}  // namespace strongroom::keys
