#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hsm/hsm.h"
#include "hsm/secret_bytes.h"

namespace strongroom::hsm {

/// Which token: every field that is given must match, and exactly one token may. Slot numbers are
/// no configuration.
struct TokenSelector {
  std::string label;
  std::string serial;
  std::string uri;  ///< RFC 7512, "pkcs11:token=...;serial=..."; instead of label and serial

  /// "label 'x', serial 'y'", for messages; of a URI only the attributes that select a token.
  std::string describe() const;
};

struct TokenOptions {
  std::filesystem::path module;  ///< the PKCS#11 module (.so)
  TokenSelector token;
  std::uint32_t sessions = 8;  ///< bound of the session pool; the token's own limit holds besides
  std::string moduleArgument = {};  ///< for C_Initialize's pReserved, where the module wants one
  bool renewLogin = true;    ///< give the PIN again when the login is lost; else that is an error
  bool pinDoubtful = false;  ///< a login failed before: no PIN where the token counts a wrong one
  /// Opens a token that gives its keys away all the same, and says so in TokenDescription::dangers.
  bool allowUnsafeModule = false;
};

/// Loads the module, finds the token, logs in once, opens the pool and reads every key's handle in
/// one pass. Throws hsm::Error: kTokenNotFound, kPinRefused, kUnsupported, kKeyNotFound (no binding
/// key: the token was not provisioned). One per process and module; it must be destroyed before
/// main() returns and after every thread that uses it ended.
std::unique_ptr<Hsm> openToken(const TokenOptions& options, const SecretBytes& pin);

/// One slot with what is in it.
struct TokenInfo {
  std::uint64_t slot = 0;
  bool initialised = false;
  TokenDescription description;
  bool pinLow = false;  ///< a wrong PIN was given lately
  bool pinLocked = false;
  std::uint64_t sessionsOpen = 0;
  std::uint64_t sessionsMax = 0;  ///< 0: no limit known
};

/// Every slot of the module that holds a token, initialised or not. No login.
std::vector<TokenInfo> listTokens(const std::filesystem::path& module,
                                  const std::string& moduleArgument = {});

/// Initialises an empty token with `label` (at most 32 bytes), sets both PINs and makes the binding
/// key. Refuses (kTokenNotFound) a label that a token of the module already has, and to choose
/// among several empty tokens where no `slot` does; never touches an initialised token. Throws
/// kUnsupported for a token that openToken() would refuse.
TokenDescription initialiseToken(const std::filesystem::path& module, const std::string& label,
                                 const SecretBytes& soPin, const SecretBytes& userPin,
                                 std::optional<std::uint64_t> slot = std::nullopt,
                                 const std::string& moduleArgument = {});

/// Makes the binding key in a token that its vendor's own tool initialised. Refuses (kKeyUnusable)
/// a token that has one, or that holds CMKs without one. Throws besides as openToken() does.
TokenDescription adoptToken(const TokenOptions& options, const SecretBytes& pin);

}  // namespace strongroom::hsm
