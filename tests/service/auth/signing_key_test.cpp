#include "service/auth/signing_key.h"

#include <gtest/gtest.h>

namespace strongroom::auth {
namespace {

const SecretBytes kSecret(asBytes("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"));

CredentialScope scopeOf(const std::string& accessKeyId, const std::string& date = "20150830") {
  return {accessKeyId, date, "us-east-1", "iam", "aws4_request"};
}

TEST(SigningKeyTest, IsTheOneThatAwsPublished) {
  EXPECT_EQ(toHex(deriveSigningKey(kSecret, scopeOf("A")).expose()),
            "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9");
}

TEST(SigningKeyCacheTest, RemembersAKeyForItsAccessKeyAndDay) {
  SigningKeyCache cache;
  const auto first = cache.find(kSecret, scopeOf("A"));
  EXPECT_EQ(cache.find(kSecret, scopeOf("A")), first);
  EXPECT_NE(cache.find(kSecret, scopeOf("B")), first);
  EXPECT_EQ(cache.size(), 2u);
}

TEST(SigningKeyCacheTest, ReplacesTheKeyOfAnotherDay) {
  SigningKeyCache cache;
  const auto first = cache.find(kSecret, scopeOf("A"));
  const auto next = cache.find(kSecret, scopeOf("A", "20150831"));
  EXPECT_FALSE(*first == *next);
  EXPECT_EQ(cache.size(), 1u);
}

TEST(SigningKeyCacheTest, NeverGrowsPastItsCapacity) {
  SigningKeyCache cache;
  for (std::size_t i = 0; i < SigningKeyCache::kCapacity + 10; ++i)
    cache.find(kSecret, scopeOf(std::to_string(i)));
  EXPECT_EQ(cache.size(), SigningKeyCache::kCapacity);
}

}  // namespace
}  // namespace strongroom::auth
