#include "service/operations/key_state.h"

#include <optional>

#include "tests/support/kms_fixture.h"

namespace strongroom::operations {
namespace {

using testing::KmsTest;
using testing::Refusal;

using keys::KeyState;

class KeyStateTest : public KmsTest {};

TEST_F(KeyStateTest, IsTheTableOfTheDeveloperGuide) {
  const KeyId id = newKey();
  const std::string is = arn(id) + " is ";
  struct Row {
    Needs needs;
    KeyState state;
    std::optional<Refusal> refusal;
  };
  const Row rows[] = {
      {Needs::kEnabled, KeyState::kEnabled, {}},
      {Needs::kEnabled, KeyState::kDisabled, Refusal{ErrorCode::kDisabled, is + "disabled."}},
      {Needs::kEnabled, KeyState::kPendingDeletion,
       Refusal{ErrorCode::kInvalidState, is + "pending deletion."}},
      {Needs::kNotPendingDeletion, KeyState::kEnabled, {}},
      {Needs::kNotPendingDeletion, KeyState::kDisabled, {}},
      {Needs::kNotPendingDeletion, KeyState::kPendingDeletion,
       Refusal{ErrorCode::kInvalidState, is + "pending deletion."}},
      {Needs::kPendingDeletion, KeyState::kEnabled,
       Refusal{ErrorCode::kInvalidState, is + "not pending deletion."}},
      {Needs::kPendingDeletion, KeyState::kDisabled,
       Refusal{ErrorCode::kInvalidState, is + "not pending deletion."}},
      {Needs::kPendingDeletion, KeyState::kPendingDeletion, {}},
  };
  for (const Row& row : rows) {
    keys::KeyRecord key = record(id);
    key.state = row.state;
    const auto require = [&] { requireState(call(), key, row.needs); };
    if (row.refusal) {
      EXPECT_EQ(refusalOf(require), *row.refusal);
    } else {
      EXPECT_NO_THROW(require());
    }
  }
}

}  // namespace
}  // namespace strongroom::operations
