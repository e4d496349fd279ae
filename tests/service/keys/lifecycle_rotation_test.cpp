#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "hsm/error.h"
#include "tests/service/keys/lifecycle_fixture.h"

namespace strongroom::keys {
namespace {

using namespace std::chrono_literals;
using hsm::ErrorCode;
using Steps = std::vector<std::string>;

using LifecycleRotationTest = LifecycleFixture;

TEST_F(LifecycleRotationTest, AFailedRotationLeavesTheKeyAsItWasAndTheNextTakesTheNextNumber) {
  create(1);
  restart(failAt("rotation: intent recorded", ErrorCode::kTokenUnavailable));
  EXPECT_THROW(lifecycle_->rotateKey(keyId(1), RotationType::kOnDemand, deadline()), hsm::Error);
  restart();
  EXPECT_EQ(store_->findKey(keyId(1))->currentVersion, 1U);
  const auto rotated = lifecycle_->rotateKey(keyId(1), RotationType::kOnDemand, deadline());
  EXPECT_EQ(rotated->currentVersion, 3U);
  EXPECT_EQ(objects(), (std::vector<KeyRef>{{keyId(1), 1}, {keyId(1), 3}}));
}

TEST_F(LifecycleRotationTest, RotationsAtOnceTakeNumbersOfTheirOwn) {
  restart();
  create(1);
  Lifecycle unobserved(*store_, *tokens_, *bindings_, clock_);
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        EXPECT_TRUE(unobserved.rotateKey(keyId(1), RotationType::kOnDemand, deadline()));
      });
    }
  }
  EXPECT_EQ(store_->findKey(keyId(1))->currentVersion, 5U);
  EXPECT_EQ(store_->versions(keyId(1)).size(), 5U);
}

TEST_F(LifecycleRotationTest, DueKeysRotateAndTheirNextDateMovesByWholePeriods) {
  create(1);
  create(2);
  enableRotation(1, 90);
  const TimePoint firstDue = clock_.now() + std::chrono::days(90);
  EXPECT_EQ(lifecycle_->rotateDueKeys(deadline()), 0U);

  clock_.advance(std::chrono::days(90) + 5h);
  EXPECT_EQ(lifecycle_->rotateDueKeys(deadline()), 1U);
  EXPECT_EQ(store_->findKey(keyId(1))->currentVersion, 2U);
  EXPECT_EQ(store_->findKey(keyId(1))->nextRotation, firstDue + std::chrono::days(90));
  EXPECT_EQ(store_->versions(keyId(1))[1].type, RotationType::kAutomatic);
  EXPECT_EQ(store_->findKey(keyId(2))->currentVersion, 1U);
  EXPECT_EQ(lifecycle_->rotateDueKeys(deadline()), 0U);

  clock_.advance(std::chrono::days(90) * 3);  // the service stood still: one rotation, not three
  EXPECT_EQ(lifecycle_->rotateDueKeys(deadline()), 1U);
  EXPECT_EQ(store_->findKey(keyId(1))->currentVersion, 3U);
  EXPECT_EQ(store_->findKey(keyId(1))->nextRotation, firstDue + std::chrono::days(90) * 4);
}

TEST_F(LifecycleRotationTest, ARotationOnDemandLeavesTheNextDate) {
  create(1);
  enableRotation(1, 90);
  const auto before = store_->findKey(keyId(1))->nextRotation;
  EXPECT_EQ(lifecycle_->rotateKey(keyId(1), RotationType::kOnDemand, deadline())->nextRotation,
            before);
}

TEST_F(LifecycleRotationTest, NoRotationBeginsWhileTheTokenDoesNotAnswer) {
  create(1);
  enableRotation(1, 90);
  clock_.advance(std::chrono::days(91));
  hsm_.failNext(hsm::Error(ErrorCode::kTokenUnavailable, "gone"));
  EXPECT_THROW(lifecycle_->rotateDueKeys(deadline()), hsm::Error);
  EXPECT_TRUE(store_->intents().empty());
  EXPECT_EQ(lifecycle_->rotateDueKeys(deadline()), 1U);
}

TEST_F(LifecycleRotationTest, ARotationAddsAVersionAndMakesItCurrent) {
  create(1);
  steps_.clear();
  clock_.advance(1h);
  const auto rotated = lifecycle_->rotateKey(keyId(1), RotationType::kOnDemand, deadline());
  EXPECT_EQ(steps_, (Steps{"rotation: intent recorded", "rotation: object generated",
                           "rotation: object verified", "rotation: record visible"}));
  ASSERT_TRUE(rotated);
  EXPECT_EQ(rotated->currentVersion, 2U);
  EXPECT_EQ(objects(), (std::vector<KeyRef>{{keyId(1), 1}, {keyId(1), 2}}));
  const auto versions = store_->versions(keyId(1));
  ASSERT_EQ(versions.size(), 2U);
  EXPECT_EQ(versions[1].type, RotationType::kOnDemand);
  EXPECT_EQ(versions[1].created, clock_.now());
}

TEST_F(LifecycleRotationTest, ARotationOfNoKeyDoesNothing) {
  EXPECT_FALSE(lifecycle_->rotateKey(keyId(1), RotationType::kOnDemand, deadline()));
  EXPECT_EQ(hsm_.calls("C_GenerateKey"), 0U);
}

TEST_F(LifecycleRotationTest, AVersionThatARestoredStoreDoesNotKnowIsPassedOverAndStaysAStray) {
  create(1);
  hsm_.generateKey({keyId(1), 2}, deadline());  // made after the store's backup was taken
  const auto rotated = lifecycle_->rotateKey(keyId(1), RotationType::kOnDemand, deadline());
  ASSERT_TRUE(rotated);
  EXPECT_EQ(rotated->currentVersion, 3U);
  const Leftovers leftovers = lifecycle_->findLeftovers(deadline());
  EXPECT_TRUE(leftovers.intents.empty()) << "intents are said to be safe to remove";
  EXPECT_EQ(leftovers.strayObjects, (std::vector<KeyRef>{{keyId(1), 2}}));
}

TEST_F(LifecycleRotationTest, AnAutomaticRotationThatFailedRestsForADay) {
  create(1);
  enableRotation(1, 90);
  clock_.advance(std::chrono::days(90));
  restart(failAt("rotation: object generated", ErrorCode::kKeyUnusable));
  EXPECT_EQ(lifecycle_->rotateDueKeys(deadline()), 0U);
  clock_.advance(24h - 1ms);
  EXPECT_EQ(lifecycle_->rotateDueKeys(deadline()), 0U);
  EXPECT_EQ(objects().size(), 2U) << "each attempt leaves an object";
  clock_.advance(1ms);
  EXPECT_EQ(lifecycle_->rotateDueKeys(deadline()), 0U);
  EXPECT_EQ(objects().size(), 3U);
}

TEST_F(LifecycleRotationTest, AFullTokenLeavesNoIntentsAndTheKeysAsTheyWere) {
  create(1);
  enableRotation(1, 90);
  clock_.advance(std::chrono::days(90));
  restart(failAt("rotation: intent recorded", ErrorCode::kTokenFull));
  EXPECT_THROW(lifecycle_->rotateDueKeys(deadline()), hsm::Error);
  EXPECT_THROW(lifecycle_->rotateKey(keyId(1), RotationType::kOnDemand, deadline()), hsm::Error);
  EXPECT_TRUE(store_->intents().empty());
  EXPECT_EQ(store_->findKey(keyId(1))->currentVersion, 1U);
}

TEST_F(LifecycleRotationTest, WaitsForAnotherNoLongerThanItsDeadline) {
  create(1);
  std::promise<void> begun;
  std::promise<void> released;
  const std::shared_future<void> release = released.get_future().share();
  Lifecycle slow(*store_, *tokens_, *bindings_, clock_, [&](std::string_view step) {
    if (step != "rotation: intent recorded") return;
    begun.set_value();
    release.wait_for(2s);  // ends by itself where the other one waits for it
  });
  std::jthread first([&] { slow.rotateKey(keyId(1), RotationType::kOnDemand, deadline()); });
  begun.get_future().wait();
  try {
    slow.rotateKey(keyId(1), RotationType::kOnDemand, hsm::deadlineIn(20ms));
    ADD_FAILURE() << "rotated";
  } catch (const hsm::Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kBusy);
    EXPECT_NE(std::string(error.what()).find("other rotations"), std::string::npos);
  }
  released.set_value();
}

}  // namespace
}  // namespace strongroom::keys
