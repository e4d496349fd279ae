#include "service/operations/cancel_key_deletion.h"

#include "service/operations/describe_key.h"
#include "service/operations/schedule_key_deletion.h"
#include "tests/support/kms_fixture.h"

namespace strongroom::operations {
namespace {

using testing::KmsTest;
using testing::Refusal;

class CancelKeyDeletionTest : public KmsTest {};

TEST_F(CancelKeyDeletionTest, LeavesTheKeyDisabledAndWithoutADate) {
  const KeyId key = newKey();
  scheduleKeyDeletion(call(), {key.toString(), 7});
  EXPECT_EQ(cancelKeyDeletion(call(), {arn(key)}).keyArn, arn(key));
  EXPECT_EQ(record(key).state, keys::KeyState::kDisabled);
  EXPECT_FALSE(record(key).deletionDate.has_value());
  EXPECT_EQ(record(key).pendingWindowDays, 0U);
}

TEST_F(CancelKeyDeletionTest, KeepsTheKeyFromBeingDestroyedWhenItsDateComes) {
  const KeyId key = newKey();
  scheduleKeyDeletion(call(), {key.toString(), 7});
  cancelKeyDeletion(call(), {key.toString()});
  clock_.advance(std::chrono::days(8));
  EXPECT_EQ(lifecycle_.destroyDueKeys(call().deadline), 0U);
  EXPECT_EQ(hsm_.listKeys(call().deadline).size(), 1U);
}

TEST_F(CancelKeyDeletionTest, RefusesAKeyThatIsNotPendingDeletion) {
  const KeyId key = newKey();
  for (const auto state : {keys::KeyState::kEnabled, keys::KeyState::kDisabled}) {
    setState(key, state);
    EXPECT_EQ(refusalOf([&] { cancelKeyDeletion(call(), {key.toString()}); }),
              (Refusal{ErrorCode::kInvalidState, arn(key) + " is not pending deletion."}));
  }
}

TEST_F(CancelKeyDeletionTest, RefusesAnUnknownKeyAndAnAlias) {
  addAlias("alias/backup", newKey());
  EXPECT_EQ(refusalOf([&] { cancelKeyDeletion(call(), {unknownKey().toString()}); }),
            (Refusal{ErrorCode::kNotFound, "Key '" + arn(unknownKey()) + "' does not exist"}));
  EXPECT_EQ(refusalOf([&] { cancelKeyDeletion(call(), {"alias/backup"}); }),
            (Refusal{ErrorCode::kNotFound, "Invalid keyId 'alias/backup'"}));
}

}  // namespace
}  // namespace strongroom::operations
