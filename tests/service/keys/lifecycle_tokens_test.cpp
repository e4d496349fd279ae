// Keys that live in two tokens: made, rotated from one to the other, destroyed.
#include <gtest/gtest.h>

#include "hsm/error.h"
#include "tests/service/keys/lifecycle_fixture.h"
#include "tests/service/keys/two_tokens_fixture.h"
#include "tests/support/hsm_assertions.h"

namespace strongroom::keys {
namespace {

using hsm::ErrorCode;
using testing::codeOf;

class LifecycleTokensTest : public TwoTokens {
 protected:
  /// Key 1 in the first token, key 2 in the second, key 3 with a version in each.
  void makeKeys() {
    create(1);
    create(3);
    start(NewKeysIn::kSecond);
    create(2);
    rotate(3);
  }
  std::vector<TokenNumber> tokensOf(unsigned key) { return store_->tokensOf(keyId(key)); }
  std::size_t destroyNow() { return lifecycle_->destroyDueKeys(deadline()); }
};

TEST_F(LifecycleTokensTest, RotationPutsTheNewVersionWhereNewKeysGo) {
  makeKeys();
  EXPECT_EQ(objectsIn(first_), (std::vector<KeyRef>{{keyId(1), 1}, {keyId(3), 1}}));
  EXPECT_EQ(objectsIn(second_), (std::vector<KeyRef>{{keyId(2), 1}, {keyId(3), 2}}));
  EXPECT_EQ(store_->findKey(keyId(3))->currentVersion, 2U);
  EXPECT_EQ(store_->tokenOf({keyId(3), 1}), TokenNumber{1});
  EXPECT_EQ(store_->tokenOf({keyId(3), 2}), TokenNumber{2});
  EXPECT_EQ(tokensOf(3), (std::vector<TokenNumber>{1, 2}));
}

TEST_F(LifecycleTokensTest, DueRotationsGoWhereNewKeysGoToo) {
  create(1);
  store_->updateKey(keyId(1), [&](KeyRecord& key) {
    key.rotationEnabled = true;
    key.nextRotation = clock_.now();
  });
  start(NewKeysIn::kSecond);
  EXPECT_EQ(lifecycle_->rotateDueKeys(deadline()), 1U);
  EXPECT_EQ(store_->tokenOf({keyId(1), 2}), TokenNumber{2});
}

TEST_F(LifecycleTokensTest, AKeyOfALostTokenIsRotatedIntoTheOther) {
  create(1);
  start(NewKeysIn::kSecond);
  firstSwitch_.turnOff();
  rotate(1);
  EXPECT_EQ(objectsIn(second_), (std::vector<KeyRef>{{keyId(1), 2}}));
  const auto dataKey =
      envelope_->generateDataKey({keyId(1), 2}, 32, {}, hsm::Plaintext::kReturn, deadline());
  EXPECT_EQ(dataKey.plaintext.size(), 32U);
}

TEST_F(LifecycleTokensTest, ASlowTokenDoesNotUseUpTheTimeOfARotationIntoTheOther) {
  create(1);
  start(NewKeysIn::kSecond);
  firstSwitch_.slowDown();
  const auto patience = hsm::deadlineIn(std::chrono::seconds(2));
  EXPECT_TRUE(lifecycle_->rotateKey(keyId(1), RotationType::kOnDemand, patience));
}

TEST_F(LifecycleTokensTest, ASlowTokenDoesNotUseUpTheTimeOfADestructionInTheOther) {
  create(1);
  start(NewKeysIn::kSecond);
  create(2);
  schedule(2, clock_.now());
  firstSwitch_.slowDown();
  EXPECT_EQ(lifecycle_->destroyDueKeys(hsm::deadlineIn(std::chrono::seconds(2))), 1U);
}

TEST_F(LifecycleTokensTest, NothingIsBegunWhileTheTokenForNewKeysIsAway) {
  create(1);
  start(NewKeysIn::kSecond);
  secondSwitch_.turnOff();
  EXPECT_EQ(codeOf([&] { create(2); }), ErrorCode::kTokenUnavailable);
  EXPECT_EQ(codeOf([&] { lifecycle_->rotateKey(keyId(1), RotationType::kOnDemand, deadline()); }),
            ErrorCode::kTokenUnavailable);
  EXPECT_TRUE(store_->intents().empty());
}

TEST_F(LifecycleTokensTest, NothingIsBegunInATokenThatWasNeverTakenIn) {
  secondSwitch_.turnOff();
  start(NewKeysIn::kSecond);
  secondSwitch_.turnOn();
  EXPECT_EQ(codeOf([&] { create(1); }), ErrorCode::kTokenUnavailable);
  EXPECT_TRUE(store_->intents().empty());
  EXPECT_TRUE(objectsIn(second_).empty());
}

TEST_F(LifecycleTokensTest, ANewVersionTakesTheNumberAfterAllThatAnyTokenKnows) {
  create(1);
  first_.generateKey({keyId(1), 4}, deadline());  // the store is older than the token
  start(NewKeysIn::kSecond);
  rotate(1);
  EXPECT_EQ(store_->findKey(keyId(1))->currentVersion, 5U);
}

TEST_F(LifecycleTokensTest, AKeyIsDestroyedInEveryTokenThatHoldsIt) {
  makeKeys();
  second_.generateKey({keyId(1), 7}, deadline());  // no record names it
  schedule(1, clock_.now());
  schedule(3, clock_.now());
  EXPECT_EQ(destroyNow(), 2U);
  EXPECT_TRUE(objectsIn(first_).empty());
  EXPECT_EQ(objectsIn(second_), (std::vector<KeyRef>{{keyId(2), 1}}));
  EXPECT_TRUE(tokensOf(3).empty());
}

TEST_F(LifecycleTokensTest, ALostTokenHoldsUpTheDestructionOfItsOwnKeysAlone) {
  makeKeys();
  for (unsigned key : {1U, 2U, 3U}) schedule(key, clock_.now());
  secondSwitch_.turnOff();
  EXPECT_EQ(codeOf([&] { destroyNow(); }), ErrorCode::kTokenUnavailable);
  EXPECT_TRUE(tokensOf(1).empty()) << "key 1 is in the other token";
  EXPECT_EQ(tokensOf(2), (std::vector<TokenNumber>{2}));
  EXPECT_EQ(tokensOf(3), (std::vector<TokenNumber>{1, 2}));
  EXPECT_EQ(objectsIn(first_), (std::vector<KeyRef>{{keyId(3), 1}})) << "all of a key or nothing";
  secondSwitch_.turnOn();
  EXPECT_EQ(destroyNow(), 2U);
  EXPECT_TRUE(objectsIn(first_).empty());
  EXPECT_TRUE(objectsIn(second_).empty());
}

TEST_F(LifecycleTokensTest, ATokenThatIsLostMidwayKeepsTheRecordsOfItsKeys) {
  makeKeys();
  for (unsigned key : {2U, 3U}) schedule(key, clock_.now());
  start(NewKeysIn::kSecond, [&](std::string_view step) {
    if (step == "record forgotten") secondSwitch_.turnOff();  // key 2 is gone
  });
  EXPECT_EQ(codeOf([&] { destroyNow(); }), ErrorCode::kTokenUnavailable);
  EXPECT_TRUE(tokensOf(2).empty());
  EXPECT_EQ(tokensOf(3), (std::vector<TokenNumber>{1, 2}));
  secondSwitch_.turnOn();
  start(NewKeysIn::kSecond);
  EXPECT_EQ(destroyNow(), 1U);
}

TEST_F(LifecycleTokensTest, AKeyIsNeverForgottenWhileItsTokenIsNotConfigured) {
  makeKeys();
  for (unsigned key : {1U, 2U, 3U}) schedule(key, clock_.now());
  startWithFirstAlone();
  EXPECT_EQ(codeOf([&] { destroyNow(); }), ErrorCode::kTokenUnavailable);
  EXPECT_TRUE(tokensOf(1).empty());
  EXPECT_FALSE(tokensOf(2).empty());
  EXPECT_FALSE(tokensOf(3).empty());
}

TEST_F(LifecycleTokensTest, TheStartNamesTheKeysThatAreOutOfReach) {
  makeKeys();
  const LogCapture log;
  EXPECT_TRUE(lifecycle_->findLeftovers(deadline()).outOfReach.empty());
  startWithFirstAlone();
  const Leftovers leftovers = lifecycle_->findLeftovers(deadline());
  EXPECT_EQ(leftovers.outOfReach, (std::vector<KeyRef>{{keyId(2), 1}, {keyId(3), 2}}));
  EXPECT_TRUE(leftovers.missingObjects.empty());
  const std::string serial = second_.describe().serial;
  EXPECT_EQ(log.count({"out of reach", serial, "2 keys", keyId(2).toString(), keyId(3).toString()}),
            1U);
}

TEST_F(LifecycleTokensTest, AnObjectInAnotherTokenThanItsRecordSaysIsBothMissingAndAStranger) {
  create(1);
  first_.destroyKey({keyId(1), 1}, deadline());
  second_.generateKey({keyId(1), 1}, deadline());
  const LogCapture log;
  const Leftovers leftovers = lifecycle_->findLeftovers(deadline());
  EXPECT_EQ(leftovers.missingObjects, (std::vector<KeyRef>{{keyId(1), 1}}));
  EXPECT_EQ(leftovers.strayObjects, (std::vector<KeyRef>{{keyId(1), 1}}));
  EXPECT_EQ(log.count({"missing", "[token] holds no object"}), 1U);
  EXPECT_EQ(log.count({"leftover", "[token.second] holds"}), 1U);
}

TEST_F(LifecycleTokensTest, AnIntentIsLookedForInItsOwnTokenAlone) {
  start(NewKeysIn::kSecond, [](std::string_view step) {
    if (step == "intent recorded") throw Crash();
  });
  EXPECT_THROW(create(1), Crash);
  start();
  const LogCapture log;
  EXPECT_EQ(lifecycle_->findLeftovers(deadline()).intents.size(), 1U);
  EXPECT_EQ(log.count({"begun and never finished"}), 1U);
  EXPECT_EQ(log.count({"begun and never finished; [token.second] holds no object of it"}), 1U);
}

TEST_F(LifecycleTokensTest, LeftoversOfATokenThatIsAwayAreNotGuessed) {
  makeKeys();
  secondSwitch_.turnOff();
  const LogCapture log;
  const Leftovers leftovers = lifecycle_->findLeftovers(deadline());
  EXPECT_TRUE(leftovers.missingObjects.empty());
  EXPECT_EQ(log.count({"[token.second] were not looked for"}), 1U);
}

}  // namespace
}  // namespace strongroom::keys
