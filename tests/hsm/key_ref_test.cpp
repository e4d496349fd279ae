#include "hsm/key_ref.h"

#include <gtest/gtest.h>

#include "hsm/pkcs11/object_names.h"

namespace strongroom::testing {
namespace {

constexpr std::string_view kText = "1234abcd-12ab-34cd-56ef-1234567890ab";

TEST(KeyIdTest, ReadsWhatItWrites) {
  const auto id = KeyId::parse(kText);
  ASSERT_TRUE(id);
  EXPECT_EQ(id->toString(), kText);
}

TEST(KeyIdTest, RefusesEverythingButTheCanonicalForm) {
  for (const std::string_view text :
       {"", "1234ABCD-12ab-34cd-56ef-1234567890ab", "1234abcd12ab34cd56ef1234567890ab",
        "1234abcd-12ab-34cd-56ef-1234567890a", "1234abcd-12ab-34cd-56ef-1234567890abc",
        "1234abcd-12ab-34cd-56ef-1234567890ag", "1234abcd-12ab-34cd-56ef01234567890ab",
        "{234abcd-12ab-34cd-56ef-1234567890a}", "1234-abcd12ab-34cd-56ef-1234567890ab"}) {
    EXPECT_FALSE(KeyId::parse(text)) << text;
  }
}

TEST(ObjectNamesTest, TheObjectIdIsTheKeyIdAndTheVersionBigEndian) {
  const KeyRef ref{.key = *KeyId::parse(kText), .version = 0x01020304};
  EXPECT_EQ(toHex(hsm::pkcs11::objectIdOf(ref)), "1234abcd12ab34cd56ef1234567890ab01020304");
  EXPECT_EQ(hsm::pkcs11::labelOf(ref), "strongroom/" + std::string(kText) + "/16909060");
}

TEST(ObjectNamesTest, OursAreKnownByLabelAndIdTogether) {
  const KeyRef ref{.key = *KeyId::parse(kText), .version = 2};
  const auto id = hsm::pkcs11::objectIdOf(ref);
  const std::string label = hsm::pkcs11::labelOf(ref);
  using hsm::pkcs11::keyNamedBy;
  EXPECT_EQ(keyNamedBy(label, id), ref);
  EXPECT_EQ(keyNamedBy("", id), ref) << "a crash in C_GenerateKey leaves objects without label";
  EXPECT_EQ(keyNamedBy(hsm::pkcs11::kBindingKeyLabel, {}), hsm::pkcs11::kBindingKeyRef);
  EXPECT_EQ(keyNamedBy("strongroom/other/2", id), std::nullopt);
  EXPECT_EQ(keyNamedBy(label, ByteView(id).first(19)), std::nullopt);
  EXPECT_EQ(keyNamedBy(label, {}), std::nullopt);
}

TEST(ObjectNamesTest, VersionZeroIsNoCmk) {
  const auto id = hsm::pkcs11::objectIdOf({.key = *KeyId::parse(kText), .version = 0});
  EXPECT_EQ(hsm::pkcs11::keyNamedBy("", id), std::nullopt);
}

}  // namespace
}  // namespace strongroom::testing
