#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "hsm/bytes.h"
#include "hsm/key_ref.h"
#include "hsm/secret_bytes.h"

namespace strongroom::hsm {

/// When a caller stops waiting. Every call that may reach a token takes one.
using Deadline = std::chrono::steady_clock::time_point;

inline Deadline deadlineIn(std::chrono::milliseconds patience) {
  return std::chrono::steady_clock::now() + patience;
}

/// How a data key is wrapped under its CMK, by meaning: what a mechanism's number means differs
/// from module to module. A token wraps by one method and says which; the ciphertext's suite keeps
/// it, for modules change and ciphertexts stay.
enum class WrapMethod : std::uint8_t {
  kAesKeyWrap,  ///< RFC 3394: authenticates what it wraps
  kAesCbcPad,   ///< CBC, PKCS#7 padding, IV of zeros; unauthenticated
                ///< (docs/adr/0005-cbc-wrapping.md)
};

/// The lengths that AES key wrap takes, and so the lengths of every data key: multiples of 8 bytes
/// from 16 on. There is no padded form of it here: what CKM_AES_KEY_WRAP_PAD means differs from
/// module to module (docs/adr/0004-data-key-lengths.md).
inline constexpr std::size_t kMinDataKeyBytes = 16;
inline constexpr std::size_t kMaxDataKeyBytes = 1024;

constexpr bool isDataKeyLength(std::size_t bytes) {
  return bytes >= kMinDataKeyBytes && bytes <= kMaxDataKeyBytes && bytes % 8 == 0;
}

/// The size of a wrapped data key of `bytes` bytes.
constexpr std::size_t wrappedSize(WrapMethod method, std::size_t bytes) {
  return method == WrapMethod::kAesKeyWrap ? bytes + 8 : bytes / 16 * 16 + 16;
}

/// The length of the longest data key whose wrapped form has `size` bytes, 0 when there is none.
/// With padding, one that is 8 bytes shorter may have the same size.
constexpr std::size_t longestWrappedIn(WrapMethod method, std::size_t size) {
  if (size < wrappedSize(method, kMinDataKeyBytes) ||
      size > wrappedSize(method, kMaxDataKeyBytes)) {
    return 0;
  }
  const std::size_t bytes = std::min(size - 8, kMaxDataKeyBytes);
  return isDataKeyLength(bytes) && wrappedSize(method, bytes) == size ? bytes : 0;
}

/// A data key made inside the token.
struct DataKey {
  Bytes wrapped;  ///< under the CMK, wrappedSize(method, length) bytes
  /// Empty when it was made without plaintext: then its value never left the token.
  SecretBytes plaintext;
  WrapMethod method = WrapMethod::kAesKeyWrap;
};

/// Whether the value of a data key leaves the token.
enum class Plaintext { kReturn, kWithhold };

/// The token that we talk to, as its own CK_TOKEN_INFO describes it.
struct TokenDescription {
  std::string label;
  std::string serial;
  std::string manufacturer;
  std::string model;
  std::string firmware;
  std::string library;  ///< the module's description and version
  /// The longest data key that it makes, in bytes; 32 at least.
  std::size_t longestDataKey = kMaxDataKeyBytes;
  /// What it was opened in spite of, each a sentence: TokenOptions::allowUnsafeModule. Empty for a
  /// sound one.
  std::vector<std::string> dangers;
};

/// One PKCS#11 function's counters since the process began.
struct CallCount {
  std::string function;  ///< "C_WrapKey"
  std::uint64_t calls = 0;
  std::uint64_t errors = 0;
  double seconds = 0;  ///< time spent inside, summed over all threads
};

/// The processes that hold the module, where it has some of its own (open_isolated_token.h).
struct WorkerStatistics {
  /// How many were given up for one reason: "crashed".
  struct Ended {
    std::string reason;
    std::uint64_t count = 0;
  };
  std::uint64_t wanted = 0;  ///< 0: the module is in this process
  std::uint64_t serving = 0;
  std::uint64_t started = 0;
  std::uint64_t residentBytes = 0;  ///< of all together
  std::vector<Ended> ended{};
};

/// A consistent reading of the counters, for metrics.
struct Statistics {
  std::vector<CallCount> calls;
  std::uint64_t sessionLimit = 0;
  std::uint64_t sessionsOpen = 0;
  std::uint64_t sessionsLeased = 0;
  std::uint64_t sessionsDiscarded = 0;  ///< closed because a call on them failed unexpectedly
  std::uint64_t leaseWaits = 0;         ///< leases that had to wait
  std::uint64_t leaseTimeouts =
      0;  ///< leases given up (kBusy): at the deadline, or too many waited
  double leaseWaitSeconds = 0;
  std::uint64_t logins = 0;
  std::uint64_t keysCached = 0;  ///< entries of the handle cache
  WorkerStatistics workers{};
};

/// A token holding CMKs. No PKCS#11 type appears here: keys are named by KeyRef, secrets come back
/// as SecretBytes, and there is no way to ask for a CMK. Thread-safe; calls borrow sessions from a
/// pool. All throw hsm::Error.
class Hsm {
 public:
  virtual ~Hsm() = default;

  virtual TokenDescription describe() const = 0;

  /// Generates an AES-256 CMK in the token: token, private, sensitive, unextractable, unmodifiable,
  /// WRAP and UNWRAP only. Never repeated by itself, whatever fails. The new key is not to be used
  /// before verifyKey() passed.
  virtual void generateKey(const KeyRef& ref, Deadline deadline) = 0;

  /// Reads the attributes of a CMK back and compares them with what was asked for, then wraps and
  /// unwraps a throw-away key with it. Throws kKeyUnusable with the first attribute that is wrong,
  /// kKeyNotFound when there is no such object.
  virtual void verifyKey(const KeyRef& ref, Deadline deadline) = 0;

  /// Destroys a CMK for ever. Throws kKeyNotFound only after a search under a proven login: then
  /// the token holds no such object. After every other error the key may live. Repeated by itself
  /// only when the module knew the handle no longer, so that nothing was destroyed.
  virtual void destroyKey(const KeyRef& ref, Deadline deadline) = 0;

  /// Every CMK of ours in the token, found anew in one pass; sorted.
  virtual std::vector<KeyRef> listKeys(Deadline deadline) = 0;

  /// Makes a data key of `bytes` bytes (isDataKeyLength(), and no longer than the token's longest)
  /// in the token and wraps it under the CMK `ref`.
  virtual DataKey generateDataKey(const KeyRef& ref, std::size_t bytes, Plaintext plaintext,
                                  Deadline deadline) = 0;

  /// Unwraps a data key that was wrapped by `method`, whichever the token wraps by now. Callers
  /// have authenticated `wrapped` before: a failure here is a fault, not a verdict on it.
  virtual SecretBytes unwrapDataKey(const KeyRef& ref, WrapMethod method, ByteView wrapped,
                                    Deadline deadline) = 0;

  /// HMAC-SHA256 of `message` (at most 200 bytes) under the token's binding key: 32 bytes.
  virtual SecretBytes bindingMac(ByteView message, Deadline deadline) = 0;

  /// Fills `out` (at most 1024 bytes) from the token's generator.
  virtual void random(std::span<std::byte> out, Deadline deadline) = 0;

  /// One honest round trip: a throw-away session key wrapped and unwrapped, and the binding key
  /// still the one that this process began with (a token initialised anew under a running service
  /// fails here). Throws what went wrong.
  virtual void probe(Deadline deadline) = 0;

  virtual Statistics statistics() const = 0;

  /// An administrator has acted: a PIN that the token refused may be given to it once more. Where
  /// it was not refused, and where opening cannot be repeated, nothing happens.
  virtual void retryLogin() {}
};

}  // namespace strongroom::hsm
