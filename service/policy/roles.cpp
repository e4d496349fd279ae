#include "service/policy/roles.h"

#include <algorithm>
#include <array>

namespace strongroom::policy {
namespace {

/// All that a user may do. What is not here changes keys, or shows who may.
constexpr std::array kUserActions{
    Action::kDecrypt,        Action::kDescribeKey,
    Action::kEncrypt,        Action::kGenerateDataKey,
    Action::kGenerateRandom, Action::kGenerateDataKeyWithoutPlaintext,
    Action::kListAliases,    Action::kGetKeyRotationStatus,
    Action::kListKeys,       Action::kListResourceTags,
    Action::kReEncryptFrom,  Action::kReEncryptTo,
};

}  // namespace

bool allows(keys::Role role, Action action) {
  if (action >= Action::kCount) return false;
  switch (role) {
    case keys::Role::kAdministrator:
      return true;
    case keys::Role::kUser:
      return std::ranges::find(kUserActions, action) != kUserActions.end();
  }
  return false;  // a role that a newer program wrote to the store
}

}  // namespace strongroom::policy
