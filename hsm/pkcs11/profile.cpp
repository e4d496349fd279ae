#include "hsm/pkcs11/profile.h"

#include <algorithm>
#include <array>

namespace strongroom::hsm::pkcs11 {
namespace {

constexpr std::array kProfiles = std::to_array<Profile>({
    {.manufacturer = "SoftHSM project",
     .unwrappedKeysNeedExtractable = true,
     .objectsNeedSync = true,
     .findBatch = 256},
    // By the letter of the standard.
    {.manufacturer = "",
     .unwrappedKeysNeedExtractable = false,
     .objectsNeedSync = false,
     .findBatch = 32},
});

}  // namespace

std::span<const Profile> profiles() {
  return kProfiles;
}

const Profile& profileFor(std::string_view manufacturer) {
  return *std::ranges::find_if(kProfiles, [manufacturer](const Profile& row) {
    return row.manufacturer.empty() || row.manufacturer == manufacturer;
  });
}

}  // namespace strongroom::hsm::pkcs11
