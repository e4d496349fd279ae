#include <gtest/gtest.h>

#include "tests/service/keys/store_fixture.h"

namespace strongroom::keys {
namespace {

using namespace std::chrono_literals;

struct LimitExceeded {};

void pass(const KeyRecord&, std::size_t) {}
void refuse(const KeyRecord&, std::size_t) {
  throw LimitExceeded();
}
void neverCalled(const KeyRecord&, std::size_t) {
  FAIL() << "checked what is not there";
}

class SqliteAliasesTest : public StoreTest {
 protected:
  Alias alias(const std::string& name, unsigned number) const {
    return {name, keyId(number), clock_.now(), clock_.now()};
  }
};

TEST_F(SqliteAliasesTest, AnAliasLeadsToItsKey) {
  addKey(1);
  EXPECT_EQ(store_->createAlias(alias("alias/backup", 1), pass), true);
  EXPECT_EQ(store_->findKeyByAlias("alias/backup")->id, keyId(1));
  EXPECT_EQ(store_->findAlias("alias/backup")->target, keyId(1));
  EXPECT_EQ(store_->findAlias("alias/backup")->created, clock_.now());
  EXPECT_FALSE(store_->findKeyByAlias("alias/Backup")) << "names differ by case";
  EXPECT_FALSE(store_->findAlias("alias/other"));
}

TEST_F(SqliteAliasesTest, ANameCanBeTakenOnce) {
  addKey(1);
  addKey(2);
  EXPECT_EQ(store_->createAlias(alias("alias/a", 1), pass), true);
  EXPECT_EQ(store_->createAlias(alias("alias/a", 2), pass), false);
  EXPECT_EQ(store_->findAlias("alias/a")->target, keyId(1));
}

TEST_F(SqliteAliasesTest, AnAliasNeedsAVisibleTarget) {
  store_->recordIntent(newKey(1, clock_.now()), {}, kFirstToken);
  EXPECT_EQ(store_->createAlias(alias("alias/a", 1), neverCalled), std::nullopt);
  addKey(2);
  store_->createAlias(alias("alias/a", 2), pass);
  EXPECT_EQ(store_->updateAlias("alias/a", keyId(1), clock_.now(), neverCalled), std::nullopt);
}

TEST_F(SqliteAliasesTest, TheCheckSeesTheTargetAndHowManyAliasesItHas) {
  addKey(1);
  store_->createAlias(alias("alias/a", 1), pass);
  store_->createAlias(alias("alias/b", 1), pass);
  std::size_t seen = 0;
  store_->createAlias(alias("alias/c", 1), [&](const KeyRecord& key, std::size_t aliases) {
    EXPECT_EQ(key.id, keyId(1));
    seen = aliases;
  });
  EXPECT_EQ(seen, 2U);
}

TEST_F(SqliteAliasesTest, ACheckThatThrowsLeavesNothing) {
  addKey(1);
  addKey(2);
  EXPECT_THROW(store_->createAlias(alias("alias/a", 1), refuse), LimitExceeded);
  EXPECT_FALSE(store_->findAlias("alias/a"));
  store_->createAlias(alias("alias/a", 1), pass);
  EXPECT_THROW(store_->updateAlias("alias/a", keyId(2), clock_.now(), refuse), LimitExceeded);
  EXPECT_EQ(store_->findAlias("alias/a")->target, keyId(1));
}

TEST_F(SqliteAliasesTest, AnAliasCanBePointedElsewhere) {
  addKey(1);
  addKey(2);
  store_->createAlias(alias("alias/a", 1), pass);
  const TimePoint created = clock_.now();
  clock_.advance(1h);
  EXPECT_EQ(store_->updateAlias("alias/a", keyId(2), clock_.now(), pass), true);
  const auto moved = store_->findAlias("alias/a");
  EXPECT_EQ(moved->target, keyId(2));
  EXPECT_EQ(moved->created, created);
  EXPECT_EQ(moved->updated, clock_.now());
  EXPECT_EQ(store_->updateAlias("alias/none", keyId(2), clock_.now(), neverCalled), false);
}

TEST_F(SqliteAliasesTest, AnAliasThatMovesIsNotCountedAmongItsTargetsAliases) {
  addKey(1);
  store_->createAlias(alias("alias/a", 1), pass);
  store_->createAlias(alias("alias/b", 1), pass);
  std::size_t others = 0;
  store_->updateAlias("alias/a", keyId(1), clock_.now(),
                      [&](const KeyRecord&, std::size_t aliases) { others = aliases; });
  EXPECT_EQ(others, 1U);
}

TEST_F(SqliteAliasesTest, ADeletedAliasIsGone) {
  addKey(1);
  store_->createAlias(alias("alias/a", 1), pass);
  EXPECT_TRUE(store_->deleteAlias("alias/a"));
  EXPECT_FALSE(store_->deleteAlias("alias/a"));
  EXPECT_FALSE(store_->findKeyByAlias("alias/a"));
}

TEST_F(SqliteAliasesTest, AliasesAreListedByNameInPages) {
  addKey(1);
  addKey(2);
  for (const char* name : {"alias/d", "alias/b"}) store_->createAlias(alias(name, 1), pass);
  for (const char* name : {"alias/c", "alias/a"}) store_->createAlias(alias(name, 2), pass);

  const auto names = [](const Page<Alias>& page) {
    std::string text;
    for (const Alias& entry : page.entries) text += entry.name.substr(6);
    return text;
  };
  EXPECT_EQ(names(store_->listAliases({}, "", 100)), "abcd");
  const auto first = store_->listAliases({}, "", 3);
  EXPECT_EQ(names(first), "abc");
  EXPECT_TRUE(first.more);
  const auto rest = store_->listAliases({}, "alias/c", 3);
  EXPECT_EQ(names(rest), "d");
  EXPECT_FALSE(rest.more);
  EXPECT_EQ(names(store_->listAliases(keyId(1), "", 100)), "bd");
  EXPECT_EQ(names(store_->listAliases(keyId(1), "alias/b", 100)), "d");
  EXPECT_TRUE(store_->listAliases(keyId(1), "", 1).more);
}

}  // namespace
}  // namespace strongroom::keys
