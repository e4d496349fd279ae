#include "service/operations/list_keys.h"

#include <algorithm>

#include "tests/support/kms_fixture.h"

namespace strongroom::operations {
namespace {

using testing::KmsTest;
using testing::Refusal;

class ListKeysTest : public KmsTest {};

TEST_F(ListKeysTest, IsEmptyAtFirst) {
  const ListKeysResponse response = listKeys(call(), {100, {}});
  EXPECT_TRUE(response.keys.empty());
  EXPECT_FALSE(response.nextMarker.has_value());
}

TEST_F(ListKeysTest, GivesEveryKeyOnceOverPages) {
  std::vector<std::string> all;
  for (int i = 0; i < 7; ++i) all.push_back(newKey().toString());
  std::sort(all.begin(), all.end());
  for (const std::size_t limit : {1UL, 3UL, 7UL, 8UL}) {
    std::vector<std::string> seen;
    PageRequest page{limit, {}};
    do {
      const ListKeysResponse response = listKeys(call(), page);
      EXPECT_LE(response.keys.size(), limit);
      for (const auto& entry : response.keys) {
        seen.push_back(entry.keyId);
        EXPECT_EQ(entry.keyArn, arn(*KeyId::parse(entry.keyId)));
      }
      page.marker = response.nextMarker;
    } while (page.marker);
    EXPECT_EQ(seen, all) << "pages of " << limit;
  }
}

TEST_F(ListKeysTest, ShowsKeysInEveryStateButThoseBeingDestroyed) {
  const KeyId key = newKey();
  for (const auto state : {keys::KeyState::kDisabled, keys::KeyState::kPendingDeletion}) {
    setState(key, state);
    EXPECT_EQ(listKeys(call(), {100, {}}).keys.size(), 1U);
  }
  clock_.advance(std::chrono::days(7));
  store_->beginDueDeletions(clock_.now());
  EXPECT_TRUE(listKeys(call(), {100, {}}).keys.empty());
}

TEST_F(ListKeysTest, RefusesAMarkerThatIsNone) {
  for (const char* marker : {"x", "1234ABCD-12AB-34CD-56EF-1234567890AB"}) {
    EXPECT_EQ(refusalOf([&] {
                listKeys(call(), {100, marker});
              }),
              (Refusal{ErrorCode::kInvalidMarker, "Could not deserialize the marker"}));
  }
}

}  // namespace
}  // namespace strongroom::operations
