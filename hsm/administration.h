#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hsm/key_ref.h"
#include "hsm/open_token.h"

// What an administrator does with tokens, and the service never does. No PKCS#11 type appears here;
// all functions throw hsm::Error and are used by one thread.
namespace strongroom::hsm {

// --- what there is ---------------------------------------------------------------------------

/// A module by its name in p11-kit's registry ("softhsm2").
struct RegisteredModule {
  std::string name;
  std::filesystem::path path;  ///< empty: the entry names no library
};

/// Where p11-kit looks for *.module files, the more important first.
struct RegistryFolders {
  std::vector<std::filesystem::path> entries;
  std::filesystem::path libraries;  ///< what relative paths in entries are relative to

  /// The user's (but not root's), the machine's, and the packages', as p11-kit was built.
  static RegistryFolders ofThisMachine();
};

/// Every module of the registry, by name. Files are read and nothing is loaded: p11-kit's own
/// loading of its registry would start all modules, and would put its managed layer before them.
std::vector<RegisteredModule> registeredModules(const RegistryFolders& folders);

/// What a token tells of one of its PINs; the later, the worse.
enum class PinState : std::uint8_t {
  kReady,
  kNotSet,
  kToBeChanged,  ///< the token does nothing else before
  kWrongGiven,   ///< at least one wrong PIN since the last login
  kFinalTry,     ///< one more wrong PIN locks it
  kLocked,
};

enum class PinOwner : std::uint8_t { kUser, kSecurityOfficer };

/// One slot, and what its token tells without a login.
struct SlotStatus {
  std::uint64_t slot = 0;
  bool tokenPresent = false;
  bool initialised = false;
  TokenDescription token;
  PinState userPin = PinState::kNotSet;
  PinState soPin = PinState::kNotSet;
  std::uint64_t pinMin = 0;                   ///< bytes of a PIN
  std::uint64_t pinMax = 0;                   ///< 0: not told
  std::optional<std::uint64_t> sessionsOpen;  ///< of all programs; nullopt: not told
  std::optional<std::uint64_t> sessionsMax;   ///< 0: no limit; nullopt: not told
};

/// A module to ask.
struct ModuleAddress {
  std::filesystem::path path;
  std::string argument = {};  ///< for C_Initialize's pReserved, where the module wants one
};

/// One module with its slots, or with what kept it from telling.
struct ModuleStatus {
  std::filesystem::path path;
  std::string library;  ///< its own description and version
  std::string failure;  ///< empty: `slots` is the whole truth
  std::vector<SlotStatus> slots;
};

/// Asks each module, all at once and each in a process of its own: one that cannot be loaded,
/// crashes, or has not answered after `patience` costs its own answer and no other. The process has
/// loaded no module before, and has one thread.
std::vector<ModuleStatus> surveyModules(const std::vector<ModuleAddress>& modules,
                                        std::chrono::milliseconds patience);

/// The slot of the one token that `options` select, without a login. Throws kTokenNotFound.
SlotStatus tokenStatus(const TokenOptions& options);

// --- PINs --------------------------------------------------------------------------------------
// Each PIN is given to the token once, whatever it answers. A token that says that the next wrong
// PIN locks it is not asked at all: kPinRefused. Also kPinRefused, before anything is tried: a new
// PIN whose length the token does not take.

/// Replaces a PIN by its owner, who knows it.
TokenDescription changePin(const TokenOptions& options, PinOwner owner, const SecretBytes& pin,
                           const SecretBytes& newPin);

/// Sets the user PIN by the SO PIN: the way out when it is locked or lost. Keys stay.
TokenDescription resetPin(const TokenOptions& options, const SecretBytes& soPin,
                          const SecretBytes& newPin);

// --- objects -----------------------------------------------------------------------------------

enum class Owner : std::uint8_t {
  kCmk,         ///< label and id both name the same key version
  kBindingKey,  ///< by its label
  kUncertain,   ///< looks like ours, but does not say so in full; never destroyed by us
  kForeign,
};

/// One object in a token.
struct TokenObject {
  std::uint64_t handle = 0;  ///< for the TokenObjects that it came from
  Owner owner = Owner::kForeign;
  KeyRef ref;                       ///< of a CMK, and of an uncertain object whose id has our form
  std::string kind;                 ///< "AES secret key"
  std::string label;                ///< as it stands, whatever bytes these are
  Bytes id;                         ///< CKA_ID
  std::vector<std::string> faults;  ///< what breaks our promises: "CKA_EXTRACTABLE is true"
};

/// Told how much of a long work is done.
using ProgressObserver = std::function<void(std::size_t done, std::size_t all)>;

/// The objects of one token, under one login that lasts as long as this object.
class TokenObjects {
 public:
  virtual ~TokenObjects() = default;

  virtual TokenDescription describe() const = 0;

  /// Every object that the login shows, ours first, then by name.
  virtual std::vector<TokenObject> list(const ProgressObserver& progress) = 0;

  /// HMAC-SHA256 of `message` under the token's binding key. Throws kKeyNotFound, and kKeyUnusable
  /// when several objects claim to be it.
  virtual SecretBytes bindingMac(ByteView message) = 0;

  /// Destroys an object of ours for ever, tried once. Label and id are read again just before, and
  /// must still be those of `object`: modules use handles again. Throws kKeyUnusable when they are
  /// not, or the object is none of ours; kKeyNotFound when it is gone already.
  virtual void destroy(const TokenObject& object) = 0;

  /// Returns when what was destroyed stays destroyed after a power cut.
  virtual void makeDurable() = 0;
};

/// Opens the token and logs in as its user, once. Works on tokens that the service would refuse.
std::unique_ptr<TokenObjects> openTokenObjects(const TokenOptions& options, const SecretBytes& pin);

}  // namespace strongroom::hsm
