#include "hsm/pkcs11/profile.h"

#include <algorithm>
#include <array>

#include "hsm/pkcs11/object_medium.h"
#include "hsm/pkcs11/token_info.h"

namespace strongroom::hsm::pkcs11 {
namespace {

/// RFC 3394 in CloudHSM's own numbers; there CKM_AES_KEY_WRAP pads, as in Client SDK 3.
constexpr CK_MECHANISM_TYPE kCloudHsmAesKeyWrapNoPad = CKM_VENDOR_DEFINED | CKM_AES_KEY_WRAP;

constexpr std::array kProfiles = std::to_array<Profile>({
    {.name = "SoftHSM",
     .evidence = Evidence::kTested,
     .manufacturer = "SoftHSM project",
     .objectsNeedSync = true,
     .objectFolder = softHsmObjectFolder,
     .findBatch = 256},
    {.name = "openCryptoki soft token",
     .evidence = Evidence::kTested,
     .manufacturer = "IBM Corp.",
     .model = "IBM SoftTok",
     .oneSession = true},
    {.name = "NSS softoken",
     .evidence = Evidence::kTested,
     .manufacturer = "Mozilla Foundation",
     .localReadsFalse = true},
    {.name = "tpm2-pkcs11",
     .evidence = Evidence::kTested,
     .libraryManufacturer = "tpm2-software.github.io"},

    // From vendors' documents, never run: docs/hsm-profiles.md says what each of them promises.
    {.name = "AWS CloudHSM",
     .manufacturer = "Marvell Semiconductors, Inc.",
     .aesKeyWrap = kCloudHsmAesKeyWrapNoPad},
    {.name = "Thales Luna", .manufacturer = "SafeNet"},
    {.name = "Entrust nShield", .manufacturer = "nCipher Corp. Ltd"},
    {.name = "Utimaco", .manufacturer = "Utimaco IS GmbH"},
    {.name = "YubiHSM 2", .manufacturer = "Yubico (www.yubico.com)", .model = "YubiHSM"},
    {.name = "Marvell LiquidSecurity", .manufacturer = "Cavium, Inc."},

    // By the letter of the standard.
    {.name = "any other", .evidence = Evidence::kTested},
});

bool matches(std::string_view wanted, std::string_view text) {
  return wanted.empty() || wanted == text;
}

}  // namespace

std::span<const Profile> profiles() {
  return kProfiles;
}

const Profile& profileFor(std::string_view manufacturer, std::string_view model,
                          std::string_view libraryManufacturer) {
  return *std::ranges::find_if(kProfiles, [&](const Profile& row) {
    return matches(row.manufacturer, manufacturer) && matches(row.model, model) &&
           matches(row.libraryManufacturer, libraryManufacturer);
  });
}

const Profile& profileFor(Module& module, const Token& token) {
  return profileFor(token.manufacturer(), token.model(), module.manufacturer());
}

}  // namespace strongroom::hsm::pkcs11
