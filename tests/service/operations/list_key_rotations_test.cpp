#include "service/operations/list_key_rotations.h"

#include "service/operations/enable_key_rotation.h"
#include "service/operations/rotate_key_on_demand.h"
#include "tests/support/kms_fixture.h"

namespace strongroom::operations {
namespace {

using testing::KmsTest;
using testing::Refusal;

class ListKeyRotationsTest : public KmsTest {
 protected:
  ListKeyRotationsResponse list(IncludeKeyMaterial include, std::size_t limit = 100,
                                const std::optional<std::string>& marker = {}) {
    return listKeyRotations(call(), {arn(key_), include, {limit, marker}});
  }

  const KeyId key_ = newKey();
};

TEST_F(ListKeyRotationsTest, IsEmptyForAKeyThatWasNeverRotated) {
  const ListKeyRotationsResponse response = list(IncludeKeyMaterial::kRotationsOnly);
  EXPECT_EQ(response.keyArn, arn(key_));
  EXPECT_TRUE(response.rotations.empty());
  EXPECT_FALSE(response.nextMarker.has_value());
}

TEST_F(ListKeyRotationsTest, TellsBothKindsOfRotationApart) {
  enableKeyRotation(call(), {arn(key_), 90});
  clock_.advance(std::chrono::days(90));
  lifecycle_.rotateDueKeys(call().deadline);
  clock_.advance(std::chrono::minutes(20));
  rotateKeyOnDemand(call(), {arn(key_)});

  const auto rotations = list(IncludeKeyMaterial::kRotationsOnly).rotations;
  ASSERT_EQ(rotations.size(), 2U);
  EXPECT_EQ(rotations[0].version.type, keys::RotationType::kAutomatic);
  EXPECT_EQ(rotations[0].version.created, clock_.now() - std::chrono::minutes(20));
  EXPECT_FALSE(rotations[0].current);
  EXPECT_EQ(rotations[1].version.type, keys::RotationType::kOnDemand);
  EXPECT_EQ(rotations[1].keyMaterialId, keys::keyMaterialId({key_, 3}));
  EXPECT_TRUE(rotations[1].current);
}

TEST_F(ListKeyRotationsTest, ShowsTheFirstVersionWhenAllKeyMaterialIsAskedFor) {
  const auto rotations = list(IncludeKeyMaterial::kAllKeyMaterial).rotations;
  ASSERT_EQ(rotations.size(), 1U);
  EXPECT_EQ(rotations[0].version.type, keys::RotationType::kInitial);
  EXPECT_TRUE(rotations[0].current);
}

TEST_F(ListKeyRotationsTest, GivesEveryVersionOnceOverPages) {
  for (int i = 0; i < 4; ++i) rotateKeyOnDemand(call(), {arn(key_)});
  for (const std::size_t limit : {1UL, 2UL, 4UL, 5UL}) {
    std::vector<std::uint32_t> seen;
    std::optional<std::string> marker;
    do {
      const ListKeyRotationsResponse page =
          list(IncludeKeyMaterial::kAllKeyMaterial, limit, marker);
      EXPECT_LE(page.rotations.size(), limit);
      for (const auto& entry : page.rotations) seen.push_back(entry.version.ref.version);
      marker = page.nextMarker;
    } while (marker);
    EXPECT_EQ(seen, (std::vector<std::uint32_t>{1, 2, 3, 4, 5}));
  }
}

TEST_F(ListKeyRotationsTest, RefusesMarkersThatAreNone) {
  for (const char* marker : {"x", "-1", "1", "99999999999999999999"}) {
    EXPECT_EQ(refusalOf([&] { list(IncludeKeyMaterial::kRotationsOnly, 10, marker); }),
              (Refusal{ErrorCode::kInvalidMarker, "Could not deserialize the marker"}))
        << marker;
  }
}

TEST_F(ListKeyRotationsTest, RefusesAnUnknownKey) {
  EXPECT_EQ(refusalOf([&] {
              listKeyRotations(
                  call(), {unknownKey().toString(), IncludeKeyMaterial::kRotationsOnly, {1, {}}});
            }).code,
            ErrorCode::kNotFound);
}

}  // namespace
}  // namespace strongroom::operations
