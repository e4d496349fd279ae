#include "service/operations/key_state.h"

#include <array>
#include <string_view>

#include "service/operations/error.h"

namespace strongroom::operations {
namespace {

struct Rule {
  Needs needs;
  keys::KeyState state;
  ErrorCode code;
  std::string_view text;  // follows the key's ARN
};

// Every pair that is not here is allowed.
constexpr std::array kRefusals{
    Rule{Needs::kEnabled, keys::KeyState::kDisabled, ErrorCode::kDisabled, " is disabled."},
    Rule{Needs::kEnabled, keys::KeyState::kPendingDeletion, ErrorCode::kInvalidState,
         " is pending deletion."},
    Rule{Needs::kNotPendingDeletion, keys::KeyState::kPendingDeletion, ErrorCode::kInvalidState,
         " is pending deletion."},
    Rule{Needs::kPendingDeletion, keys::KeyState::kEnabled, ErrorCode::kInvalidState,
         " is not pending deletion."},
    Rule{Needs::kPendingDeletion, keys::KeyState::kDisabled, ErrorCode::kInvalidState,
         " is not pending deletion."},
};

}  // namespace

void requireState(const Context& context, const keys::KeyRecord& key, Needs needs) {
  for (const Rule& rule : kRefusals) {
    if (rule.needs == needs && rule.state == key.state) {
      throw Error(rule.code, context.kms.account.keyArn(key.id) + std::string(rule.text));
    }
  }
}

}  // namespace strongroom::operations
