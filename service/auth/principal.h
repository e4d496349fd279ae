#pragma once

#include <string>

#include "service/keys/records.h"

namespace strongroom::auth {

/// Who calls, once proven.
struct Principal {
  std::string arn;          ///< "arn:aws:iam::000000000000:user/backup"
  std::string accessKeyId;  ///< names the credential in logs
  keys::Role role = keys::Role::kUser;
};

}  // namespace strongroom::auth
