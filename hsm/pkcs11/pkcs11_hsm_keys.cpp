#include <algorithm>
#include <optional>

#include "hsm/pkcs11/object_names.h"
#include "hsm/pkcs11/pkcs11_hsm.h"
#include "hsm/pkcs11/token_keys.h"

namespace strongroom::hsm::pkcs11 {
namespace {

constexpr std::size_t kTrialBytes = 32;

/// Version 0 is the binding key's inside this layer: no caller may name it.
void requireCmk(const KeyRef& ref) {
  if (ref.version != 0) return;
  throw Error(ErrorCode::kKeyNotFound, "versions of a CMK count from 1");
}

/// A module that gave its objects new handles without a word would have another object destroyed,
/// ours or somebody else's: it is asked for its name. One that cannot tell is what the search found
/// it to be.
void refuseOtherName(Lease& lease, const KeyRef& ref, CK_OBJECT_HANDLE key) {
  const ObjectName name = nameOf(lease, key);
  if (!name.readable || name.ref == ref) return;
  throw Error(ErrorCode::kTokenUnavailable,
              "the handle of " + labelOf(ref) + " is that of " +
                  (name.ref ? labelOf(*name.ref) : "a foreign object") + " now",
              kGetAttributeValue.name(), CKR_OBJECT_HANDLE_INVALID);
}

}  // namespace

void Pkcs11Hsm::generateKey(const KeyRef& ref, Deadline deadline) {
  requireCmk(ref);
  {
    const auto administration = token_.administer(deadline);
    token_.once(deadline, [&](Lease& lease) {
      // In the token and not in the cache: another process may have made it.
      Template search = searchTemplate(ref);
      if (!findObjects(lease, search, 1, 1).empty()) {
        throw Error(ErrorCode::kKeyUnusable, "the token already holds an object " + labelOf(ref));
      }
      const CK_OBJECT_HANDLE key = generateTokenKey(lease, ref, trial_);
      token_.handles().insert(ref, key, lease.generation());
    });
  }
  token_.medium().makeDurable();
}

void Pkcs11Hsm::verifyKey(const KeyRef& ref, Deadline deadline) {
  requireCmk(ref);
  token_.repeatableWithKey(ref, deadline, [&](Lease& lease, CK_OBJECT_HANDLE key) {
    verifyAttributes(lease, token_.profile(), ref, key, trial_);
    tryWrapAndUnwrap(lease, trial_.wrap, trial_.unwrap, key, kTrialBytes);
  });
}

void Pkcs11Hsm::destroyKey(const KeyRef& ref, Deadline deadline) {
  requireCmk(ref);
  token_.administerKey(ref, deadline, [&](Lease& lease, CK_OBJECT_HANDLE key) {
    refuseOtherName(lease, ref, key);
    lease.invoke(kDestroyObject, key);
    token_.handles().forget(ref);
  });
  token_.medium().makeDurable();
}

std::vector<KeyRef> Pkcs11Hsm::listKeys(Deadline deadline) {
  const auto administration = token_.administer(deadline);
  std::vector<KeyRef> refs;
  for (const auto& [ref, handle] : token_.findAll(deadline)) {
    if (ref != kBindingKeyRef) refs.push_back(ref);
  }
  std::ranges::sort(refs);
  return refs;
}

}  // namespace strongroom::hsm::pkcs11
