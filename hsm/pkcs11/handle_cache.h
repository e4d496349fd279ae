#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <shared_mutex>

#include "hsm/pkcs11/object_finder.h"

namespace strongroom::hsm::pkcs11 {

/// The handles found so far, all of one generation of the pool: a handle of an older login may name
/// nothing, or another object. It also remembers for a while which keys a search did not find, for
/// searches are linear in a token's objects. Thread-safe; it calls no module.
class HandleCache {
 public:
  using Clock = std::chrono::steady_clock;

  /// How long a key counts as absent: another program may put it into the token (a restored
  /// backup), and then it is used soon.
  static constexpr std::chrono::seconds kAbsentFor{3};

  /// nullopt when the key was not found yet under `generation`; kAmbiguous when two objects bear
  /// its name.
  std::optional<CK_OBJECT_HANDLE> find(const KeyRef& ref, std::uint64_t generation) const;

  /// The generation of what is held; 0 before the first fill.
  std::uint64_t generation() const;

  /// Everything that was there is gone; `handles` were found under `generation`.
  void replace(Handles handles, std::uint64_t generation);

  /// Ignored unless `generation` is the cache's own.
  void insert(const KeyRef& ref, CK_OBJECT_HANDLE handle, std::uint64_t generation);

  void forget(const KeyRef& ref);

  /// A search under `generation` did not find the key. Ignored unless that is the cache's own;
  /// until insert() or replace() say otherwise.
  void insertAbsent(const KeyRef& ref, std::uint64_t generation,
                    Clock::time_point now = Clock::now());

  /// Whether a search of the last kAbsentFor did not find the key.
  bool isAbsent(const KeyRef& ref, std::uint64_t generation,
                Clock::time_point now = Clock::now()) const;

  std::size_t size() const;

 private:
  mutable std::shared_mutex mutex_;
  Handles handles_;
  std::unordered_map<KeyRef, Clock::time_point> absentUntil_;
  std::uint64_t generation_ = 0;
};

}  // namespace strongroom::hsm::pkcs11
