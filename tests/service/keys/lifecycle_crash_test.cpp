// Crashes a life cycle after each of its steps and looks at what a new process finds.

#include <gtest/gtest.h>

#include "tests/service/keys/lifecycle_fixture.h"

namespace strongroom::keys {
namespace {

class CreateCrashTest : public LifecycleFixture,
                        public ::testing::WithParamInterface<const char*> {};

TEST_P(CreateCrashTest, LeavesAUsableKeyOrAReportedIntentAndNeverALostObject) {
  const std::string step = GetParam();
  restart(crashAt(step));
  EXPECT_THROW(create(1), Crash);
  restart();

  const Leftovers leftovers = lifecycle_->findLeftovers(deadline());
  EXPECT_TRUE(leftovers.strayObjects.empty()) << "an object that no record names is a lost CMK";
  EXPECT_TRUE(leftovers.missingObjects.empty());
  const auto visible = store_->findKey(keyId(1));
  if (step == "record visible") {
    ASSERT_TRUE(visible);
    EXPECT_TRUE(leftovers.intents.empty());
    EXPECT_NO_THROW(hsm_.verifyKey(visible->current(), deadline()));
  } else {
    EXPECT_FALSE(visible);
    ASSERT_EQ(leftovers.intents.size(), 1U);
    EXPECT_EQ(leftovers.intents[0].ref, (KeyRef{keyId(1), 1}));
    EXPECT_EQ(objects().size(), step == "intent recorded" ? 0U : 1U) << "deleted by itself";
  }
  EXPECT_EQ(create(2).currentVersion, 1U) << "the service goes on";
}

INSTANTIATE_TEST_SUITE_P(AtEachStep, CreateCrashTest,
                         ::testing::Values("intent recorded", "object generated", "object verified",
                                           "record visible"));

class RotateCrashTest : public LifecycleFixture,
                        public ::testing::WithParamInterface<const char*> {};

TEST_P(RotateCrashTest, LeavesTheKeyUsableAndTheNextRotationPassesOverWhatIsLeft) {
  const std::string step = GetParam();
  create(1);
  restart(crashAt(step));
  EXPECT_THROW(lifecycle_->rotateKey(keyId(1), RotationType::kOnDemand, deadline()), Crash);
  restart();

  const bool finished = step == "rotation: record visible";
  const Leftovers leftovers = lifecycle_->findLeftovers(deadline());
  EXPECT_TRUE(leftovers.strayObjects.empty());
  EXPECT_TRUE(leftovers.missingObjects.empty());
  EXPECT_EQ(leftovers.intents.size(), finished ? 0U : 1U);
  const auto key = store_->findKey(keyId(1));
  ASSERT_TRUE(key);
  EXPECT_EQ(key->currentVersion, finished ? 2U : 1U);
  EXPECT_NO_THROW(hsm_.verifyKey(key->current(), deadline()));

  const auto again = lifecycle_->rotateKey(keyId(1), RotationType::kOnDemand, deadline());
  ASSERT_TRUE(again);
  EXPECT_EQ(again->currentVersion, 3U);
  EXPECT_NO_THROW(hsm_.verifyKey(again->current(), deadline()));
}

INSTANTIATE_TEST_SUITE_P(AtEachStep, RotateCrashTest,
                         ::testing::Values("rotation: intent recorded",
                                           "rotation: object generated",
                                           "rotation: object verified",
                                           "rotation: record visible"));

class DestroyCrashTest : public LifecycleFixture,
                         public ::testing::WithParamInterface<const char*> {};

TEST_P(DestroyCrashTest, IsFinishedByTheNextProcess) {
  create(1);
  lifecycle_->rotateKey(keyId(1), RotationType::kOnDemand, deadline());
  schedule(1, clock_.now());
  restart(crashAt(GetParam()));
  EXPECT_THROW(lifecycle_->destroyDueKeys(deadline()), Crash);
  restart();

  EXPECT_FALSE(store_->findKey(keyId(1))) << "half destroyed and visible";
  EXPECT_TRUE(lifecycle_->findLeftovers(deadline()).missingObjects.empty());
  lifecycle_->destroyDueKeys(deadline());
  EXPECT_TRUE(objects().empty());
  EXPECT_TRUE(store_->versionsIn(kFirstToken).empty());
}

INSTANTIATE_TEST_SUITE_P(AtEachStep, DestroyCrashTest,
                         ::testing::Values("destroying recorded", "object destroyed",
                                           "record forgotten"));

}  // namespace
}  // namespace strongroom::keys
