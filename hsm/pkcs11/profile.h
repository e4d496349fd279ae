#pragma once

#include <p11-kit/pkcs11.h>

#include <cstddef>
#include <span>
#include <string_view>

#include "hsm/hsm.h"

namespace strongroom::hsm::pkcs11 {

/// How one kind of token behaves where tokens differ, chosen by CK_TOKEN_INFO's manufacturer.
/// docs/hsm-profiles.md explains each member.
struct Profile {
  std::string_view manufacturer;      ///< "" matches every token
  bool unwrappedKeysNeedExtractable;  ///< C_UnwrapKey takes an omitted CKA_EXTRACTABLE for false
  bool objectsNeedSync;               ///< writes token objects without fsync
  std::size_t findBatch;              ///< handles asked for by one C_FindObjects
};

/// All rows; the last one matches every token.
std::span<const Profile> profiles();

const Profile& profileFor(std::string_view manufacturer);

}  // namespace strongroom::hsm::pkcs11
