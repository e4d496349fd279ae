#pragma once

#include <p11-kit/pkcs11.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>

namespace strongroom::hsm::pkcs11 {

struct Token;
class Module;

/// How a row came about: by running the contract suite on the module, or by reading what its vendor
/// publishes.
enum class Evidence : std::uint8_t { kTested, kDocuments };

/// How one kind of token behaves where tokens differ and trying does not show it; what trying shows
/// is found out at every start (capabilities.h). docs/hsm-profiles.md explains each member.
struct Profile {
  std::string_view name;  ///< as docs/hsm-profiles.md calls it
  Evidence evidence = Evidence::kDocuments;

  // What the row matches: CK_TOKEN_INFO's manufacturer and model, CK_INFO's manufacturer, without
  // padding; "" matches every text.
  std::string_view manufacturer = {};
  std::string_view model = {};
  std::string_view libraryManufacturer = {};

  CK_MECHANISM_TYPE aesKeyWrap = CKM_AES_KEY_WRAP;  ///< the number that means RFC 3394
  bool objectsNeedSync = false;                     ///< writes token objects without fsync
  /// Where it writes those of the token with that serial number; "" when that is not to be told.
  std::filesystem::path (*objectFolder)(std::string_view serial) = nullptr;
  bool localReadsFalse = false;  ///< CKA_LOCAL is false for generated keys too
  bool oneSession = false;       ///< crashes when keys are made and destroyed beside other calls
  std::size_t findBatch = 32;    ///< handles asked for by one C_FindObjects
};

/// All rows; the last one matches every token.
std::span<const Profile> profiles();

/// The first row that matches.
const Profile& profileFor(std::string_view manufacturer, std::string_view model,
                          std::string_view libraryManufacturer);
const Profile& profileFor(Module& module, const Token& token);

}  // namespace strongroom::hsm::pkcs11
