#include "service/keys/lifecycle.h"

#include <gtest/gtest.h>

#include <thread>

#include "hsm/error.h"
#include "tests/service/keys/lifecycle_fixture.h"

namespace strongroom::keys {
namespace {

using hsm::ErrorCode;
using Steps = std::vector<std::string>;

using LifecycleTest = LifecycleFixture;

TEST_F(LifecycleTest, ACreatedKeyIsRecordedGeneratedVerifiedAndOnlyThenVisible) {
  const KeyRecord key = lifecycle_->createKey(newKey(1, clock_.now()), {{"a", "b"}}, deadline());
  EXPECT_EQ(steps_,
            (Steps{"intent recorded", "object generated", "object verified", "record visible"}));
  EXPECT_EQ(key.state, KeyState::kEnabled);
  EXPECT_EQ(key.currentVersion, 1U);
  EXPECT_EQ(key.description, "key 1");
  EXPECT_EQ(objects(), (std::vector<KeyRef>{{keyId(1), 1}}));
  EXPECT_EQ(store_->findKey(keyId(1))->current(), (KeyRef{keyId(1), 1}));
  EXPECT_EQ(store_->tags(keyId(1)).size(), 1U);
}

TEST_F(LifecycleTest, NothingIsVisibleBeforeTheObjectIsVerified) {
  bool seen = false;
  restart([&](std::string_view step) {
    if (step == "object verified") seen = store_->findKey(keyId(1)).has_value();
  });
  create(1);
  EXPECT_FALSE(seen);
}

TEST_F(LifecycleTest, AKeyThatTheTokenDoesNotMakeStaysAnIntentAndIsReported) {
  const LogCapture log;
  restart(failAt("intent recorded", ErrorCode::kTokenUnavailable));
  EXPECT_THROW(create(1), hsm::Error);
  EXPECT_FALSE(store_->findKey(keyId(1)));
  EXPECT_EQ(log.count({"version 1 of key " + keyId(1).toString(), "the token failed"}), 1U);

  const Leftovers leftovers = lifecycle_->findLeftovers(deadline());
  ASSERT_EQ(leftovers.intents.size(), 1U);
  EXPECT_TRUE(leftovers.strayObjects.empty());
  EXPECT_EQ(log.count({"leftover", "no object of it"}), 1U);
}

TEST_F(LifecycleTest, AFullTokenHasMadeNothingAndTheIntentIsWithdrawn) {
  restart(failAt("intent recorded", ErrorCode::kTokenFull));
  EXPECT_THROW(create(1), hsm::Error);
  EXPECT_TRUE(store_->intents().empty());
  restart();
  EXPECT_EQ(create(1).currentVersion, 1U) << "not even its id is left";
}

TEST_F(LifecycleTest, ATokenThatIsFullAfterTheObjectWasMadeLeavesTheIntentThatNamesIt) {
  restart(failAt("object generated", ErrorCode::kTokenFull));
  EXPECT_THROW(create(1), hsm::Error);
  EXPECT_EQ(store_->intents().size(), 1U);
  EXPECT_TRUE(lifecycle_->findLeftovers(deadline()).strayObjects.empty());
}

TEST_F(LifecycleTest, NothingIsBegunInAnotherTokenOrPastTheDeadline) {
  create(1);
  EXPECT_THROW(lifecycle_->createKey(newKey(2, clock_.now()), {}, hsm::Deadline::min()),
               hsm::Error);
  hsm_.reinitialise();
  EXPECT_THROW(create(2), hsm::Error);
  EXPECT_THROW(lifecycle_->rotateKey(keyId(1), RotationType::kOnDemand, deadline()), hsm::Error);
  EXPECT_TRUE(store_->intents().empty());
  EXPECT_TRUE(objects().empty());
}

TEST_F(LifecycleTest, AnObjectThatFailsItsVerificationNeverBecomesAKey) {
  restart([&](std::string_view step) {
    if (step == "object generated") {
      hsm_.failNext(hsm::Error(ErrorCode::kKeyUnusable, "it is extractable"));
    }
  });
  EXPECT_THROW(create(1), hsm::Error);
  EXPECT_FALSE(store_->findKey(keyId(1)));
  EXPECT_EQ(objects().size(), 1U) << "reported, never deleted by itself";
  EXPECT_EQ(lifecycle_->findLeftovers(deadline()).intents.size(), 1U);
}

TEST_F(LifecycleTest, KeysAreCreatedByManyThreadsAtOnce) {
  Lifecycle unobserved(*store_, *tokens_, *bindings_, clock_);
  {
    std::vector<std::jthread> threads;
    for (unsigned thread = 0; thread < 4; ++thread) {
      threads.emplace_back([&, thread] {
        for (unsigned i = 0; i < 5; ++i) {
          unobserved.createKey(newKey(thread * 100 + i, clock_.now()), {}, deadline());
        }
      });
    }
  }
  EXPECT_EQ(store_->listKeys({}, 100).entries.size(), 20U);
  const Leftovers leftovers = unobserved.findLeftovers(deadline());
  EXPECT_TRUE(leftovers.intents.empty());
  EXPECT_TRUE(leftovers.strayObjects.empty());
  EXPECT_TRUE(leftovers.missingObjects.empty());
}

TEST_F(LifecycleTest, StrangersAndMissingObjectsAreReportedAndLeftAlone) {
  const LogCapture log;
  create(1);
  create(2);
  hsm_.generateKey({keyId(7), 3}, deadline());
  hsm_.destroyKey({keyId(2), 1}, deadline());
  const Leftovers leftovers = lifecycle_->findLeftovers(deadline());
  EXPECT_TRUE(leftovers.intents.empty());
  EXPECT_EQ(leftovers.strayObjects, (std::vector<KeyRef>{{keyId(7), 3}}));
  EXPECT_EQ(leftovers.missingObjects, (std::vector<KeyRef>{{keyId(2), 1}}));
  EXPECT_EQ(objects(), (std::vector<KeyRef>{{keyId(1), 1}, {keyId(7), 3}}));
  EXPECT_EQ(log.count({keyId(7).toString(), "no record names"}), 1U);
  EXPECT_EQ(log.count({"missing", keyId(2).toString()}), 1U);
}

}  // namespace
}  // namespace strongroom::keys
