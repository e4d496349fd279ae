#include <gtest/gtest.h>

#include <utility>

#include "hsm/error.h"
#include "tests/service/keys/lifecycle_fixture.h"

namespace strongroom::keys {
namespace {

using namespace std::chrono_literals;
using hsm::ErrorCode;
using Steps = std::vector<std::string>;

class LifecycleDestructionTest : public LifecycleFixture {
 protected:
  void scheduleNow(unsigned number) { schedule(number, clock_.now()); }
};

TEST_F(LifecycleDestructionTest, DueKeysAreDestroyedInEveryVersionAndForgotten) {
  const LogCapture log;
  create(1);
  create(2);
  lifecycle_->rotateKey(keyId(1), RotationType::kOnDemand, deadline());
  schedule(1, clock_.now() + 24h * 7);
  EXPECT_EQ(lifecycle_->destroyDueKeys(deadline()), 0U);

  clock_.advance(24h * 7);
  steps_.clear();
  EXPECT_EQ(lifecycle_->destroyDueKeys(deadline()), 1U);
  EXPECT_EQ(steps_, (Steps{"destroying recorded", "object destroyed", "object destroyed",
                           "record forgotten"}));
  EXPECT_EQ(objects(), (std::vector<KeyRef>{{keyId(2), 1}}));
  EXPECT_FALSE(store_->findKey(keyId(1)));
  EXPECT_EQ(store_->versionsIn(kFirstToken), (std::vector<KeyRef>{{keyId(2), 1}}));
  for (const char* version : {"version 1", "version 2"}) {
    EXPECT_EQ(log.count({version, keyId(1).toString(), "irrevocably"}), 1U);
  }
  EXPECT_EQ(log.count({"irrevocably"}), 2U);
}

TEST_F(LifecycleDestructionTest, DestroyingAKeyTakesIntentsAndUnrecordedObjectsOfItToo) {
  create(1);
  restart(crashAt("rotation: object generated"));
  EXPECT_THROW(lifecycle_->rotateKey(keyId(1), RotationType::kOnDemand, deadline()), Crash);
  hsm_.generateKey({keyId(1), 9}, deadline());  // as after the store was restored from a backup
  restart();
  scheduleNow(1);
  EXPECT_EQ(lifecycle_->destroyDueKeys(deadline()), 1U);
  EXPECT_TRUE(objects().empty());
}

TEST_F(LifecycleDestructionTest, DestroyingAKeyForgetsItsSubkeysAndWhereItWas) {
  create(1);
  bindings_->subkey({keyId(1), 1}, deadline());
  scheduleNow(1);
  lifecycle_->destroyDueKeys(deadline());
  EXPECT_THROW(bindings_->subkey({keyId(1), 1}, deadline()), hsm::Error);
}

TEST_F(LifecycleDestructionTest, OneKeyThatCannotBeDestroyedDoesNotKeepTheOthersAlive) {
  const LogCapture log;
  create(1);
  create(2);
  scheduleNow(1);
  scheduleNow(2);
  // The listing must work, so the failure is put in place by the observer, after it: the first
  // object goes, and the second fails.
  restart([&, failed = false](std::string_view step) mutable {
    if (step != "record forgotten" || std::exchange(failed, true)) return;
    hsm_.failNext(hsm::Error(ErrorCode::kFault, "stuck"));
  });
  EXPECT_EQ(lifecycle_->destroyDueKeys(deadline()), 1U);
  EXPECT_EQ(log.count({keyId(2).toString(), "stuck"}), 1U);
  EXPECT_EQ(objects().size(), 1U);
  EXPECT_EQ(lifecycle_->destroyDueKeys(deadline()), 1U) << "the next call finishes it";
  EXPECT_TRUE(objects().empty());
}

TEST_F(LifecycleDestructionTest, ATokenThatIsAwayStopsTheDestructionAndForgetsNothing) {
  create(1);
  scheduleNow(1);
  restart([&](std::string_view step) {
    if (step == "destroying recorded") {
      hsm_.failNext(hsm::Error(ErrorCode::kTokenUnavailable, "gone"));
    }
  });
  EXPECT_THROW(lifecycle_->destroyDueKeys(deadline()), hsm::Error);
  EXPECT_EQ(store_->versionsIn(kFirstToken).size(), 1U);
  restart();
  EXPECT_EQ(lifecycle_->destroyDueKeys(deadline()), 1U);
}

TEST_F(LifecycleDestructionTest, AnObjectThatTheTokenDeniesAndStillHoldsKeepsItsRecord) {
  const LogCapture log;
  create(1);
  scheduleNow(1);
  // The probe and the listing are let through; the destruction finds nothing.
  hsm_.failNext(hsm::Error(ErrorCode::kKeyNotFound, "no such object"), 2);
  EXPECT_EQ(lifecycle_->destroyDueKeys(deadline()), 0U);
  EXPECT_EQ(store_->versionsIn(kFirstToken).size(), 1U) << "forgotten, and its CMK lives";
  EXPECT_EQ(log.count({keyId(1).toString(), "still holds version 1"}), 1U);
  EXPECT_EQ(lifecycle_->destroyDueKeys(deadline()), 1U) << "the next call finishes it";
  EXPECT_TRUE(objects().empty());
}

TEST_F(LifecycleDestructionTest, NothingIsForgottenWhenTheTokenWasExchangedBefore) {
  create(1);
  scheduleNow(1);
  hsm_.reinitialise();
  EXPECT_THROW(lifecycle_->destroyDueKeys(deadline()), hsm::Error);
  EXPECT_EQ(store_->versionsIn(kFirstToken).size(), 1U);
}

TEST_F(LifecycleDestructionTest, NothingIsForgottenWhenTheTokenIsExchangedMeanwhile) {
  create(1);
  lifecycle_->rotateKey(keyId(1), RotationType::kOnDemand, deadline());
  scheduleNow(1);
  restart([&](std::string_view step) {
    if (step == "object destroyed") hsm_.reinitialise();
  });
  EXPECT_EQ(lifecycle_->destroyDueKeys(deadline()), 0U);
  EXPECT_EQ(store_->versionsIn(kFirstToken).size(), 2U);
}

TEST_F(LifecycleDestructionTest, AClockThatJumpsDestroysNothingUntilTheNextStart) {
  const LogCapture log;
  create(1);
  schedule(1, clock_.now() + 24h * 7);
  Lifecycle careful(*store_, *tokens_, *bindings_, clock_);
  clock_.advance(24h * 7);
  EXPECT_EQ(careful.destroyDueKeys(deadline()), 0U);
  EXPECT_EQ(careful.destroyDueKeys(deadline()), 0U);
  EXPECT_TRUE(store_->findKey(keyId(1))) << "can still be cancelled";
  EXPECT_EQ(log.count({"clock jumped"}), 1U);
  Lifecycle restarted(*store_, *tokens_, *bindings_, clock_);
  EXPECT_EQ(restarted.destroyDueKeys(deadline()), 1U);
}

}  // namespace
}  // namespace strongroom::keys
