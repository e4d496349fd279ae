#include "service/operations/list_aliases.h"

#include "tests/support/kms_fixture.h"

namespace strongroom::operations {
namespace {

using testing::KmsTest;
using testing::Refusal;

class ListAliasesTest : public KmsTest {
 protected:
  std::vector<std::string> names(const ListAliasesResponse& response) {
    std::vector<std::string> found;
    for (const auto& entry : response.aliases) found.push_back(entry.alias.name);
    return found;
  }

  const KeyId key_ = newKey();
  const KeyId other_ = newKey();
};

TEST_F(ListAliasesTest, ListsThoseOfAllKeysByName) {
  addAlias("alias/b", key_);
  addAlias("alias/c", other_);
  addAlias("alias/a", key_);
  const ListAliasesResponse response = listAliases(call(), {std::nullopt, {50, {}}});
  EXPECT_EQ(names(response), (std::vector<std::string>{"alias/a", "alias/b", "alias/c"}));
  EXPECT_EQ(response.aliases[0].aliasArn, "arn:aws:kms:us-east-1:000000000000:alias/a");
  EXPECT_EQ(response.aliases[0].alias.target, key_);
  EXPECT_FALSE(response.nextMarker.has_value());
}

TEST_F(ListAliasesTest, ListsThoseOfOneKey) {
  addAlias("alias/a", key_);
  addAlias("alias/b", other_);
  EXPECT_EQ(names(listAliases(call(), {other_.toString(), {50, {}}})),
            (std::vector<std::string>{"alias/b"}));
  EXPECT_EQ(names(listAliases(call(), {arn(key_), {50, {}}})),
            (std::vector<std::string>{"alias/a"}));
}

TEST_F(ListAliasesTest, GivesEveryAliasOnceOverPages) {
  std::vector<std::string> all;
  for (char c = 'a'; c <= 'g'; ++c) {
    all.push_back(std::string("alias/") + c);
    addAlias(all.back(), key_);
  }
  for (const std::size_t limit : {1UL, 2UL, 3UL, 7UL, 8UL}) {
    std::vector<std::string> seen;
    PageRequest page{limit, {}};
    do {
      const ListAliasesResponse response = listAliases(call(), {std::nullopt, page});
      EXPECT_LE(response.aliases.size(), limit);
      for (const std::string& name : names(response)) seen.push_back(name);
      page.marker = response.nextMarker;
    } while (page.marker);
    EXPECT_EQ(seen, all) << "pages of " << limit;
  }
}

TEST_F(ListAliasesTest, GoesOnAfterAnAliasThatIsGoneMeanwhile) {
  for (const char* name : {"alias/a", "alias/b", "alias/c"}) addAlias(name, key_);
  const ListAliasesResponse first = listAliases(call(), {std::nullopt, {2, {}}});
  store_->deleteAlias("alias/b");
  EXPECT_EQ(names(listAliases(call(), {std::nullopt, {2, first.nextMarker}})),
            (std::vector<std::string>{"alias/c"}));
}

TEST_F(ListAliasesTest, RefusesAMarkerThatIsNone) {
  EXPECT_EQ(refusalOf([&] {
              listAliases(call(), {std::nullopt, {50, "b"}});
            }),
            (Refusal{ErrorCode::kInvalidMarker, "Could not deserialize the marker"}));
}

TEST_F(ListAliasesTest, RefusesWhatIsNoKeyOrAnAlias) {
  addAlias("alias/a", key_);
  EXPECT_EQ(refusalOf([&] {
              listAliases(call(), {unknownKey().toString(), {50, {}}});
            }).code,
            ErrorCode::kNotFound);
  EXPECT_EQ(refusalOf([&] {
              listAliases(call(), {"alias/a", {50, {}}});
            }),
            (Refusal{ErrorCode::kNotFound, "Invalid keyId 'alias/a'"}));
  EXPECT_EQ(refusalOf([&] {
              listAliases(call(), {"arn:aws:kms", {50, {}}});
            }).code,
            ErrorCode::kInvalidArn);
}

}  // namespace
}  // namespace strongroom::operations
