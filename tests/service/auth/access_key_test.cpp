#include "service/auth/access_key.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/service/auth/known_secret_hsm.h"
#include "tests/support/fake_hsm.h"

namespace strongroom::auth {
namespace {

hsm::Deadline soon() {
  return hsm::deadlineIn(std::chrono::seconds(5));
}

TEST(AccessKeyTest, IdsAreWellFormedAndNeverTheSame) {
  testing::FakeHsm hsm;
  std::set<std::string> ids;
  for (int i = 0; i < 100; ++i) {
    const std::string id = newAccessKeyId(hsm, soon());
    EXPECT_TRUE(isAccessKeyId(id)) << id;
    ids.insert(id);
  }
  EXPECT_EQ(ids.size(), 100u);
}

TEST(AccessKeyTest, EveryOtherShapeIsNoId) {
  EXPECT_TRUE(isAccessKeyId("SRAKABCDEFGHIJKLM234"));
  for (const char* text :
       {"", "SRAK", "AKIAABCDEFGHIJKLM234", "SRAKABCDEFGHIJKLM23", "SRAKABCDEFGHIJKLM2345",
        "SRAKabcdefghijklm234", "SRAKABCDEFGHIJKLM018", "SRAKABCDEFGHIJKLM23'"}) {
    EXPECT_FALSE(isAccessKeyId(text)) << text;
  }
}

TEST(AccessKeyTest, SecretsAreFortyCharactersOfBase64) {
  KnownSecretHsm hsm("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
  EXPECT_EQ(asText(secretAccessKey(hsm, "SRAKABCDEFGHIJKLM234", soon()).expose()),
            "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
}

TEST(AccessKeyTest, SecretsBelongToTheirIdAndTheirToken) {
  testing::FakeHsm hsm;
  testing::FakeHsm other;
  const SecretBytes secret = secretAccessKey(hsm, "SRAKABCDEFGHIJKLM234", soon());
  EXPECT_EQ(secret, secretAccessKey(hsm, "SRAKABCDEFGHIJKLM234", soon()));
  EXPECT_FALSE(secret == secretAccessKey(hsm, "SRAKABCDEFGHIJKLM235", soon()));
  EXPECT_FALSE(secret == secretAccessKey(other, "SRAKABCDEFGHIJKLM234", soon()));
}

TEST(AccessKeyTest, SecretsAreTheBindingMacOfTheLabelAndTheId) {
  testing::FakeHsm hsm;
  const SecretBytes mac =
      hsm.bindingMac(asBytes("strongroom-access-key-v1SRAKABCDEFGHIJKLM234"), soon());
  KnownSecretHsm known(
      std::string(asText(secretAccessKey(hsm, "SRAKABCDEFGHIJKLM234", soon()).expose())));
  EXPECT_EQ(toHex(known.bindingMac({}, soon()).expose().first(30)), toHex(mac.expose().first(30)));
}

}  // namespace
}  // namespace strongroom::auth
