#include "hsm/pkcs11/profile.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "hsm/pkcs11/wrap_mechanism.h"

namespace strongroom::hsm::pkcs11 {
namespace {

TEST(ProfileTest, TheLastRowAndNoOtherMatchesEveryToken) {
  const auto rows = profiles();
  for (const auto& row : rows) {
    const bool matchesAll =
        row.manufacturer.empty() && row.model.empty() && row.libraryManufacturer.empty();
    EXPECT_EQ(matchesAll, &row == &rows.back()) << row.name;
  }
  EXPECT_EQ(&profileFor("somebody else", "a model", "a library"), &rows.back());
  EXPECT_EQ(profileFor("SoftHSM project", "SoftHSM v2", "SoftHSM").name, "SoftHSM");
}

TEST(ProfileTest, NamesAreUniqueAndNoRowIsHiddenByAnEarlierOne) {
  std::set<std::string_view> names;
  for (const auto& row : profiles()) {
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    EXPECT_EQ(&profileFor(row.manufacturer, row.model, row.libraryManufacturer), &row) << row.name;
  }
}

TEST(ProfileTest, EveryRowHasItsSectionInTheDocumentation) {
  std::ifstream file(STRONGROOM_HSM_PROFILES);
  ASSERT_TRUE(file);
  const std::string text(std::istreambuf_iterator<char>(file), {});
  for (const auto& row : profiles()) {
    const std::size_t at = text.find("\n## " + std::string(row.name));
    ASSERT_NE(at, std::string::npos) << row.name;
    const std::string heading = text.substr(at + 1, text.find('\n', at + 1) - at);
    EXPECT_EQ(heading.find("untested") != std::string::npos, row.evidence == Evidence::kDocuments)
        << heading;
  }
}

TEST(ProfileTest, AMechanismIsNamedByItsMeaningAndNumberedByTheRow) {
  const Profile& ordinary = profiles().back();
  const Profile& cloudHsm = profileFor("Marvell Semiconductors, Inc.", "", "");
  EXPECT_EQ(wrapMechanism(ordinary, WrapMethod::kAesKeyWrap).type, CKM_AES_KEY_WRAP);
  EXPECT_EQ(wrapMechanism(cloudHsm, WrapMethod::kAesKeyWrap).type, 0x80002109UL);
  EXPECT_EQ(wrapMechanism(cloudHsm, WrapMethod::kAesCbcPad).type, CKM_AES_CBC_PAD);
  EXPECT_EQ(wrapMechanism(cloudHsm, WrapMethod::kAesKeyWrap).method, WrapMethod::kAesKeyWrap);
}

}  // namespace
}  // namespace strongroom::hsm::pkcs11
