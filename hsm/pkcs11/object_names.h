#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "hsm/key_ref.h"

namespace strongroom::hsm::pkcs11 {

/// CKA_LABEL of the token's one HMAC key.
inline constexpr std::string_view kBindingKeyLabel = "strongroom/binding-key";

/// How the binding key is named among the KeyRefs inside this layer. Versions count from 1, so no
/// CMK has this name.
inline constexpr KeyRef kBindingKeyRef{.key = {}, .version = 0};

/// CKA_ID of a CMK: the 16 bytes of the key id, then the version in 4 bytes, big endian.
using ObjectId = std::array<std::byte, 20>;

ObjectId objectIdOf(const KeyRef& ref);

/// CKA_LABEL of a CMK, "strongroom/1234abcd-12ab-34cd-56ef-1234567890ab/1", or of the binding key.
std::string labelOf(const KeyRef& ref);

/// The key that an object's CKA_LABEL and CKA_ID name (kBindingKeyRef for the binding key); nullopt
/// for objects that are not ours. An object whose label is missing but whose id has our form is
/// ours: that is what a crash in C_GenerateKey leaves. When the two disagree, it is not.
std::optional<KeyRef> keyNamedBy(std::string_view label, ByteView id);

}  // namespace strongroom::hsm::pkcs11
