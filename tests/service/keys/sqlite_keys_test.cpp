#include <gtest/gtest.h>

#include "tests/service/keys/store_fixture.h"

namespace strongroom::keys {
namespace {

using namespace std::chrono_literals;

class SqliteKeysTest : public StoreTest {};

TEST_F(SqliteKeysTest, AnIntentIsInvisible) {
  store_->recordIntent(newKey(1, clock_.now()), {{"team", "storage"}}, kFirstToken);
  EXPECT_FALSE(store_->findKey(keyId(1)));
  EXPECT_TRUE(store_->listKeys({}, 10).entries.empty());
  EXPECT_FALSE(store_->updateKey(keyId(1), [](KeyRecord&) { FAIL() << "called for an intent"; }));
  EXPECT_TRUE(store_->versions(keyId(1)).empty());
  ASSERT_EQ(store_->intents().size(), 1U);
  EXPECT_EQ(store_->intents()[0].ref, (KeyRef{keyId(1), 1}));
}

TEST_F(SqliteKeysTest, AKeyMadeVisibleIsEnabledWithEverythingThatWasRecorded) {
  KeyRecord key = newKey(1, clock_.now());
  key.description = std::string("zero\0inside, ünïcode", 22);
  key.rotationPeriodDays = 90;
  store_->recordIntent(key, {{"b", "2"}, {"a", ""}}, kFirstToken);
  store_->makeVisible({key.id, 1}, {});
  reopen();

  const auto found = store_->findKey(key.id);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->id, key.id);
  EXPECT_EQ(found->state, KeyState::kEnabled);
  EXPECT_EQ(found->description, key.description);
  EXPECT_EQ(found->policy, key.policy);
  EXPECT_EQ(found->created, key.created);
  EXPECT_EQ(found->currentVersion, 1U);
  EXPECT_EQ(found->deletionDate, std::nullopt);
  EXPECT_EQ(found->pendingWindowDays, 0U);
  EXPECT_FALSE(found->rotationEnabled);
  EXPECT_EQ(found->rotationPeriodDays, 90U);
  EXPECT_EQ(found->nextRotation, std::nullopt);
  EXPECT_EQ(store_->tags(key.id), (std::vector<Tag>{{"a", ""}, {"b", "2"}}));
  EXPECT_TRUE(store_->intents().empty());
}

TEST_F(SqliteKeysTest, ASecondIntentForTheSameKeyIsRefusedWhole) {
  addKey(1);
  EXPECT_THROW(store_->recordIntent(newKey(1, clock_.now()), {{"a", "b"}}, kFirstToken),
               StoreError);
  EXPECT_TRUE(store_->tags(keyId(1)).empty());
}

TEST_F(SqliteKeysTest, AnIntentWhoseTagsCollideLeavesNothing) {
  EXPECT_THROW(store_->recordIntent(newKey(1, clock_.now()), {{"a", "1"}, {"a", "2"}}, kFirstToken),
               StoreError);
  EXPECT_TRUE(store_->intents().empty());
  EXPECT_TRUE(store_->versionsIn(kFirstToken).empty());
}

TEST_F(SqliteKeysTest, MakingVisibleWithoutAnIntentIsAnError) {
  addKey(1);
  EXPECT_THROW(store_->makeVisible({keyId(1), 1}, {}), StoreError);
  EXPECT_THROW(store_->makeVisible({keyId(1), 2}, {}), StoreError);
  EXPECT_THROW(store_->makeVisible({keyId(2), 1}, {}), StoreError);
}

TEST_F(SqliteKeysTest, AChangeIsWrittenAndReturned) {
  addKey(1);
  const auto written = store_->updateKey(keyId(1), [&](KeyRecord& key) {
    key.id = keyId(9);  // not to be changed, whatever the caller does
    key.state = KeyState::kDisabled;
    key.description = "new";
    key.policy = "{}";
    key.rotationEnabled = true;
    key.rotationPeriodDays = 120;
    key.nextRotation = clock_.now() + 24h * 120;
  });
  ASSERT_TRUE(written);
  const auto found = store_->findKey(keyId(1));
  for (const auto& key : {written, found}) {
    EXPECT_EQ(key->id, keyId(1));
    EXPECT_EQ(key->state, KeyState::kDisabled);
    EXPECT_EQ(key->description, "new");
    EXPECT_EQ(key->policy, "{}");
    EXPECT_TRUE(key->rotationEnabled);
    EXPECT_EQ(key->rotationPeriodDays, 120U);
    EXPECT_EQ(key->nextRotation, clock_.now() + 24h * 120);
  }
}

TEST_F(SqliteKeysTest, AChangeThatThrowsLeavesNothingChangedAndItsExceptionPassesThrough) {
  struct Refused {};
  addKey(1);
  EXPECT_THROW(store_->updateKey(keyId(1),
                                 [](KeyRecord& key) {
                                   key.description = "half done";
                                   throw Refused();
                                 }),
               Refused);
  EXPECT_EQ(store_->findKey(keyId(1))->description, "key 1");
  store_->updateKey(keyId(1), [](KeyRecord& key) { key.description = "still works"; });
  EXPECT_EQ(store_->findKey(keyId(1))->description, "still works");
}

TEST_F(SqliteKeysTest, AVisibilityChangeThatThrowsLeavesTheIntent) {
  store_->recordIntent(newKey(1, clock_.now()), {}, kFirstToken);
  EXPECT_THROW(store_->makeVisible({keyId(1), 1}, [](KeyRecord&) { throw std::bad_alloc(); }),
               std::bad_alloc);
  EXPECT_FALSE(store_->findKey(keyId(1)));
  EXPECT_EQ(store_->intents().size(), 1U);
}

TEST_F(SqliteKeysTest, ARecordThatBreaksTheSchemasRulesIsRefused) {
  addKey(1);
  EXPECT_THROW(
      store_->updateKey(keyId(1), [](KeyRecord& key) { key.state = KeyState::kPendingDeletion; }),
      StoreError);  // no deletion date: it would never be due
  EXPECT_THROW(store_->updateKey(keyId(1), [](KeyRecord& key) { key.rotationEnabled = true; }),
               StoreError);  // no next rotation
  EXPECT_EQ(store_->findKey(keyId(1))->state, KeyState::kEnabled);
}

TEST_F(SqliteKeysTest, KeysAreListedByIdInPages) {
  for (const unsigned number : {300U, 2U, 1U, 256U, 7U}) addKey(number);
  store_->recordIntent(newKey(5, clock_.now()), {}, kFirstToken);  // invisible
  const auto numbers = [](const Page<KeyRecord>& page) {
    std::vector<KeyId> ids;
    for (const KeyRecord& key : page.entries) ids.push_back(key.id);
    return ids;
  };
  const auto first = store_->listKeys({}, 2);
  EXPECT_EQ(numbers(first), (std::vector{keyId(1), keyId(2)}));
  EXPECT_TRUE(first.more);
  const auto second = store_->listKeys(keyId(2), 2);
  EXPECT_EQ(numbers(second), (std::vector{keyId(7), keyId(256)}));
  EXPECT_TRUE(second.more);
  const auto third = store_->listKeys(keyId(256), 1);
  EXPECT_EQ(numbers(third), (std::vector{keyId(300)}));
  EXPECT_FALSE(third.more);
}

TEST_F(SqliteKeysTest, AListingHoldsTheKeyWhoseIdIsAllZeroes) {
  addKey(0);
  EXPECT_EQ(store_->listKeys({}, 1).entries.size(), 1U);
}

TEST_F(SqliteKeysTest, ANewVersionBecomesCurrentOnlyWhenMadeVisible) {
  addKey(1);
  const KeyRef second{keyId(1), 2};
  store_->recordVersionIntent({second, false, clock_.now() + 1s, RotationType::kOnDemand});
  EXPECT_EQ(store_->findKey(keyId(1))->currentVersion, 1U);
  EXPECT_EQ(store_->versions(keyId(1)).size(), 1U);

  store_->updateKey(keyId(1), [](KeyRecord& key) { key.state = KeyState::kDisabled; });
  store_->makeVisible(second, {});
  EXPECT_EQ(store_->findKey(keyId(1))->currentVersion, 2U);
  EXPECT_EQ(store_->findKey(keyId(1))->state, KeyState::kDisabled) << "a rotation enables no key";
  const auto versions = store_->versions(keyId(1));
  ASSERT_EQ(versions.size(), 2U);
  EXPECT_EQ(versions[0].type, RotationType::kInitial);
  EXPECT_EQ(versions[1].type, RotationType::kOnDemand);
  EXPECT_EQ(versions[1].created, clock_.now() + 1s);
  EXPECT_TRUE(versions[1].ready);
}

TEST_F(SqliteKeysTest, AVersionOfNoKeyIsRefused) {
  EXPECT_THROW(
      store_->recordVersionIntent({{keyId(1), 2}, false, clock_.now(), RotationType::kOnDemand}),
      StoreError);
}

TEST_F(SqliteKeysTest, AllVersionsAreListedWhateverTheirState) {
  addKey(2);
  store_->recordVersionIntent({{keyId(2), 2}, false, clock_.now(), RotationType::kOnDemand});
  store_->recordIntent(newKey(1, clock_.now()), {}, kFirstToken);
  EXPECT_EQ(store_->versionsIn(kFirstToken),
            (std::vector<KeyRef>{{keyId(1), 1}, {keyId(2), 1}, {keyId(2), 2}}));
}

TEST_F(SqliteKeysTest, OnlyKeysWhoseDateHasComeBeginToBeDestroyed) {
  for (const unsigned number : {1U, 2U, 3U}) addKey(number);
  schedule(1, clock_.now());
  schedule(2, clock_.now() + 1ms);
  EXPECT_EQ(store_->beginDueDeletions(clock_.now()), std::vector{keyId(1)});
  EXPECT_FALSE(store_->findKey(keyId(1)));
  EXPECT_TRUE(store_->findKey(keyId(2)));
  // It stays so until it is forgotten, also after a restart.
  reopen();
  EXPECT_EQ(store_->beginDueDeletions(clock_.now()), std::vector{keyId(1)});
}

TEST_F(SqliteKeysTest, AKeyBeingDestroyedHasLostItsAliasesAndCanBeForgotten) {
  addKey(1, {{"team", "storage"}});
  const auto pass = [](const KeyRecord&, std::size_t) {};
  store_->createAlias({"alias/a", keyId(1), clock_.now(), clock_.now()}, pass);
  schedule(1, clock_.now());
  EXPECT_THROW(store_->forgetKey(keyId(1)), StoreError) << "it is still visible";
  store_->beginDueDeletions(clock_.now());
  EXPECT_FALSE(store_->findAlias("alias/a"));
  EXPECT_EQ(store_->versionsIn(kFirstToken).size(), 1U);
  store_->forgetKey(keyId(1));
  EXPECT_TRUE(store_->versionsIn(kFirstToken).empty());
  EXPECT_TRUE(store_->tags(keyId(1)).empty());
  EXPECT_TRUE(store_->beginDueDeletions(clock_.now()).empty());
}

TEST_F(SqliteKeysTest, DueRotationsAreThoseOfEnabledKeysWithRotation) {
  for (const unsigned number : {1U, 2U, 3U, 4U}) {
    addKey(number);
    store_->updateKey(keyId(number), [&](KeyRecord& key) {
      key.rotationEnabled = number != 2;
      key.nextRotation = clock_.now() + (number == 4 ? 1ms : 0ms);
      key.state = number == 3 ? KeyState::kDisabled : KeyState::kEnabled;
    });
  }
  EXPECT_EQ(store_->dueRotations(clock_.now()), std::vector{keyId(1)});
  EXPECT_EQ(store_->dueRotations(clock_.now() + 1ms), (std::vector{keyId(1), keyId(4)}));
}

}  // namespace
}  // namespace strongroom::keys
