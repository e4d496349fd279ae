#pragma once

#include <filesystem>
#include <string_view>

namespace strongroom::hsm::pkcs11 {

struct Profile;
struct Token;

/// What the objects of a token are written to, where a module does not wait for it by itself. Made
/// right after the module was initialised: both then read the same configuration. Thread-safe.
class ObjectMedium {
 public:
  ObjectMedium(const Profile& profile, const Token& token);

  /// Returns when the token objects made and destroyed so far outlive a power cut. To be called
  /// before a caller hears that a key is there, or gone; needs no lock and no lease. Throws kFault
  /// when the medium failed.
  void makeDurable() const;

 private:
  const bool needed_;
  const std::filesystem::path folder_;  ///< the token's own; "" when it was not found
};

/// The folder of the SoftHSM token with that serial number, by SOFTHSM2_CONF; "" when that variable
/// is not set, or the folder it leads to holds no such token.
std::filesystem::path softHsmObjectFolder(std::string_view serial);

}  // namespace strongroom::hsm::pkcs11
