#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "hsm/key_ref.h"
#include "service/keys/clock.h"

namespace strongroom::keys {

/// The life of a CMK. Records in kCreating and kDestroying are invisible to every operation.
enum class KeyState : std::uint8_t {
  kCreating,  ///< intent recorded; the token may or may not hold the object
  kEnabled,
  kDisabled,
  kPendingDeletion,  ///< until deletionDate
  kDestroying,       ///< its objects are being destroyed; resumed at the next start
};

/// Counts the tokens that a store knows, in the order in which it came to know them. The first
/// one's binding key also derives what belongs to no key, such as secret access keys.
using TokenNumber = std::uint32_t;
inline constexpr TokenNumber kFirstToken = 1;

enum class RotationType : std::uint8_t { kInitial, kAutomatic, kOnDemand };

/// A CMK's metadata. Names objects in a token; holds no secret.
struct KeyRecord {
  KeyId id;
  KeyState state = KeyState::kCreating;
  std::string description;  ///< at most 8192 characters
  std::string policy;       ///< a JSON document, as given
  TimePoint created;
  std::uint32_t currentVersion = 0;  ///< the version that wraps; 0 while kCreating
  std::optional<TimePoint> deletionDate;
  std::uint32_t pendingWindowDays = 0;  ///< as asked for by ScheduleKeyDeletion
  bool rotationEnabled = false;
  std::uint32_t rotationPeriodDays = 365;
  std::optional<TimePoint> nextRotation;  ///< set while rotationEnabled

  KeyRef current() const { return {id, currentVersion}; }
};

/// One key version: AWS "key material", one token object.
struct KeyVersion {
  KeyRef ref;
  bool ready = false;  ///< false: intent recorded, not yet to be used
  TimePoint created;
  RotationType type = RotationType::kInitial;
  TokenNumber token = kFirstToken;  ///< which token holds the object; for ever
};

/// A token that keys of a store are in.
struct TokenRecord {
  TokenNumber number = kFirstToken;
  std::string fingerprint;  ///< token_fingerprint.h
  std::string label;        ///< as last seen, for messages
  std::string serial;
  friend bool operator==(const TokenRecord&, const TokenRecord&) = default;
};

struct Alias {
  std::string name;  ///< with its prefix: "alias/backup"
  KeyId target;
  TimePoint created;
  TimePoint updated;
};

struct Tag {
  std::string key;
  std::string value;
  friend bool operator==(const Tag&, const Tag&) = default;
};

/// What an identity may do until key policies are evaluated: see policy/roles.h.
enum class Role : std::uint8_t { kAdministrator, kUser };

/// An access key and who holds it. The secret access key is stored nowhere: the token derives it
/// (auth/access_key.h).
struct Identity {
  std::string accessKeyId;
  std::string name;  ///< the principal's user name
  Role role = Role::kUser;
  TimePoint created;
};

}  // namespace strongroom::keys
