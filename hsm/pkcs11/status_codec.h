#pragma once

#include <optional>
#include <string>

#include "hsm/administration.h"

namespace strongroom::hsm::pkcs11 {

// A ModuleStatus on its way from one process of this program to another of the same build; it is
// never stored.

std::string encodeStatus(const ModuleStatus& status);

/// nullopt for what is no whole message: its sender died. The path is not part of it.
std::optional<ModuleStatus> decodeStatus(std::string_view text);

}  // namespace strongroom::hsm::pkcs11
