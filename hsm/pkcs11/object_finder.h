#pragma once

#include <optional>
#include <unordered_map>
#include <vector>

#include "hsm/key_ref.h"
#include "hsm/pkcs11/attributes.h"
#include "hsm/pkcs11/session_pool.h"

namespace strongroom::hsm::pkcs11 {

/// Stands in for the handle of a key that two objects claim to be: neither is used.
inline constexpr CK_OBJECT_HANDLE kAmbiguous = CK_INVALID_HANDLE;

/// The objects of ours in a token, by name.
using Handles = std::unordered_map<KeyRef, CK_OBJECT_HANDLE>;

/// The handles of the objects that match, at most `atMost` of them. Searches are linear in a
/// token's objects, and on SoftHSM they make keys fail that are created beside them: callers hold
/// the token's administration lock. When it throws, the search may still be open: the lease is to
/// be discarded.
std::vector<CK_OBJECT_HANDLE> findObjects(Lease& lease, Template& search, std::size_t batch,
                                          std::size_t atMost);

/// What an object calls itself.
struct ObjectName {
  bool readable = false;      ///< false for one that is half-made, or gone meanwhile
  std::optional<KeyRef> ref;  ///< nullopt for what is not ours
};
ObjectName nameOf(Lease& lease, CK_OBJECT_HANDLE object);

/// Every object of ours, in one pass; kAmbiguous for names that are taken twice.
Handles findOurObjects(Lease& lease, std::size_t batch);

}  // namespace strongroom::hsm::pkcs11
