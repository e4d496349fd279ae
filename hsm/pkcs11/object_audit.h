#pragma once

#include "hsm/administration.h"
#include "hsm/pkcs11/profile.h"
#include "hsm/pkcs11/session_pool.h"

namespace strongroom::hsm::pkcs11 {

/// What `object` is, whose it is, and what about it breaks our promises. An object that cannot be
/// read is uncertain, and no error; that it is gone meanwhile is kKeyNotFound.
TokenObject auditObject(Lease& lease, const Profile& profile, CK_OBJECT_HANDLE object);

/// Adds a fault to every object that shares its name with another.
void markDuplicates(std::vector<TokenObject>& objects);

}  // namespace strongroom::hsm::pkcs11
