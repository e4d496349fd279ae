#pragma once

#include <map>
#include <string>

#include "service/keys/records.h"

namespace strongroom::tokens {

/// The roles by the names that administrators write.
inline const std::map<std::string, keys::Role> kRoles{{"administrator", keys::Role::kAdministrator},
                                                      {"user", keys::Role::kUser}};

/// "administrator" or "user"; "unknown" for a role that a newer program wrote to the store.
inline std::string nameOf(keys::Role role) {
  for (const auto& [name, value] : kRoles) {
    if (value == role) return name;
  }
  return "unknown";
}

}  // namespace strongroom::tokens
