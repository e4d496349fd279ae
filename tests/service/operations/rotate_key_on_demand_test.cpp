#include "service/operations/rotate_key_on_demand.h"

#include <atomic>
#include <future>
#include <thread>

#include "service/operations/enable_key_rotation.h"
#include "tests/support/kms_fixture.h"

namespace strongroom::operations {
namespace {

using testing::KmsTest;
using testing::Refusal;

class RotateKeyOnDemandTest : public KmsTest {
 protected:
  const KeyId key_ = newKey();
};

TEST_F(RotateKeyOnDemandTest, MakesANewObjectAndKeepsTheOldOne) {
  EXPECT_EQ(rotateKeyOnDemand(call(), {key_.toString()}).keyArn, arn(key_));
  EXPECT_EQ(record(key_).currentVersion, 2U);
  EXPECT_EQ(hsm_.listKeys(call().deadline), (std::vector<KeyRef>{{key_, 1}, {key_, 2}}));
  EXPECT_EQ(store_->versions(key_).back().type, keys::RotationType::kOnDemand);
}

TEST_F(RotateKeyOnDemandTest, LeavesTheAutomaticScheduleAlone) {
  enableKeyRotation(call(), {arn(key_), 90});
  const auto next = record(key_).nextRotation;
  clock_.advance(std::chrono::days(1));
  rotateKeyOnDemand(call(), {arn(key_)});
  EXPECT_EQ(record(key_).nextRotation, next);
}

TEST_F(RotateKeyOnDemandTest, WorksTwentyFiveTimesAndNoMore) {
  for (int i = 0; i < 25; ++i) rotateKeyOnDemand(call(), {arn(key_)});
  EXPECT_EQ(record(key_).currentVersion, 26U);
  EXPECT_EQ(refusalOf([&] { rotateKeyOnDemand(call(), {arn(key_)}); }),
            (Refusal{ErrorCode::kLimitExceeded,
                     "The on-demand rotations limit has been reached for the given keyId. No more "
                     "on-demand rotations can be performed for this key: " +
                         arn(key_)}));
  rotateKeyOnDemand(call(), {newKey().toString()});
}

TEST_F(RotateKeyOnDemandTest, KeepsToTheLimitWhenCallersRace) {
  for (int i = 0; i < 24; ++i) rotateKeyOnDemand(call(), {arn(key_)});
  constexpr int kCallers = 8;
  std::atomic<int> entered = 0;
  std::atomic<int> refused = 0;
  // The first rotation stands still until every caller has come in.
  keys::Lifecycle slow(*store_, tokens_, bindings_, clock_, [&](std::string_view) {
    while (entered < kCallers) std::this_thread::yield();
  });
  Kms kms{account_, *store_, tokens_, envelope_, slow, clock_};
  {
    std::vector<std::jthread> callers;
    for (int i = 0; i < kCallers; ++i) {
      callers.emplace_back([&] {
        ++entered;
        try {
          rotateKeyOnDemand({kms, principal_, requestId_, call().deadline}, {arn(key_)});
        } catch (const Error& error) {
          if (error.code() == ErrorCode::kLimitExceeded) ++refused;
        }
      });
    }
  }
  EXPECT_EQ(refused, kCallers - 1);
  EXPECT_EQ(record(key_).currentVersion, 26U);
}

TEST_F(RotateKeyOnDemandTest, WaitsForAnotherNoLongerThanItsDeadline) {
  std::promise<void> begun;
  std::promise<void> released;
  keys::Lifecycle slow(*store_, tokens_, bindings_, clock_, [&](std::string_view step) {
    if (step != "rotation: intent recorded") return;
    begun.set_value();
    // Ends by itself where the other one waits for it.
    released.get_future().wait_for(std::chrono::seconds(2));
  });
  Kms kms{account_, *store_, tokens_, envelope_, slow, clock_};
  std::jthread first([&] {
    rotateKeyOnDemand({kms, principal_, requestId_, call().deadline}, {arn(key_)});
  });
  begun.get_future().wait();
  try {
    const auto soon = hsm::deadlineIn(std::chrono::milliseconds(20));
    rotateKeyOnDemand({kms, principal_, requestId_, soon}, {arn(key_)});
    ADD_FAILURE() << "rotated";
  } catch (const hsm::Error& error) {
    EXPECT_EQ(error.code(), hsm::ErrorCode::kBusy);
    EXPECT_NE(std::string(error.what()).find("on demand"), std::string::npos);
  }
  released.set_value();
}

TEST_F(RotateKeyOnDemandTest, DoesNotCountAutomaticRotations) {
  enableKeyRotation(call(), {arn(key_), 90});
  for (int i = 0; i < 26; ++i) {
    clock_.advance(std::chrono::days(90));
    ASSERT_EQ(lifecycle_.rotateDueKeys(call().deadline), 1U);
  }
  clock_.advance(std::chrono::minutes(20));
  rotateKeyOnDemand(call(), {arn(key_)});
  EXPECT_EQ(record(key_).currentVersion, 28U);
}

TEST_F(RotateKeyOnDemandTest, WaitsTwentyMinutesAfterAnAutomaticRotation) {
  enableKeyRotation(call(), {arn(key_), 90});
  clock_.advance(std::chrono::days(90));
  ASSERT_EQ(lifecycle_.rotateDueKeys(call().deadline), 1U);
  clock_.advance(std::chrono::minutes(20) - std::chrono::milliseconds(1));
  EXPECT_EQ(refusalOf([&] { rotateKeyOnDemand(call(), {arn(key_)}); }),
            (Refusal{ErrorCode::kConflict,
                     arn(key_) + " was rotated automatically less than 20 minutes ago."}));
  clock_.advance(std::chrono::milliseconds(1));
  rotateKeyOnDemand(call(), {arn(key_)});
  EXPECT_EQ(record(key_).currentVersion, 3U);
}

TEST_F(RotateKeyOnDemandTest, RefusesKeysThatAreNotEnabled) {
  setState(key_, keys::KeyState::kDisabled);
  EXPECT_EQ(refusalOf([&] { rotateKeyOnDemand(call(), {arn(key_)}); }),
            (Refusal{ErrorCode::kDisabled, arn(key_) + " is disabled."}));
  setState(key_, keys::KeyState::kPendingDeletion);
  EXPECT_EQ(refusalOf([&] { rotateKeyOnDemand(call(), {arn(key_)}); }),
            (Refusal{ErrorCode::kInvalidState, arn(key_) + " is pending deletion."}));
}

TEST_F(RotateKeyOnDemandTest, RefusesWhatIsNoKeyOrAnAlias) {
  addAlias("alias/one", key_);
  EXPECT_EQ(refusalOf([&] { rotateKeyOnDemand(call(), {unknownKey().toString()}); }).code,
            ErrorCode::kNotFound);
  EXPECT_EQ(refusalOf([&] { rotateKeyOnDemand(call(), {"alias/one"}); }),
            (Refusal{ErrorCode::kNotFound, "Invalid keyId 'alias/one'"}));
}

TEST_F(RotateKeyOnDemandTest, KeepsTheOldVersionCurrentWhenTheTokenFails) {
  hsm_.failNext(hsm::Error(hsm::ErrorCode::kTokenUnavailable, "gone"));
  EXPECT_THROW(rotateKeyOnDemand(call(), {arn(key_)}), hsm::Error);
  EXPECT_EQ(record(key_).currentVersion, 1U);
}

}  // namespace
}  // namespace strongroom::operations
