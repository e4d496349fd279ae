#pragma once

#include <span>
#include <string_view>

#include "hsm/hsm.h"
#include "hsm/pkcs11/attributes.h"

namespace strongroom::hsm::pkcs11 {

/// One promised attribute of a key in the token.
struct Promise {
  enum class Kind : std::uint8_t { kBoolean, kUlong };
  enum class When : std::uint8_t {
    kAsked,     ///< in the template of C_GenerateKey, and read back
    kReadBack,  ///< set by the token itself
  };
  CK_ATTRIBUTE_TYPE type;
  std::string_view name;  ///< "CKA_SENSITIVE"
  Kind kind;
  CK_ULONG value;
  When when;
};

/// What every CMK is: an AES-256 key that wraps and unwraps, and does nothing else.
std::span<const Promise> cmkPromises();

/// What the binding key is: a 32-byte secret that signs and verifies, and does nothing else.
std::span<const Promise> bindingKeyPromises();

/// For C_GenerateKey: the promises that are asked for.
Template askedFor(std::span<const Promise> promises);

/// For the comparison afterwards: every promise.
Template promised(std::span<const Promise> promises);

/// A session key to be wrapped: `bytes` bytes, sensitive when its value is withheld.
Template dataKeyTemplate(std::size_t bytes, Plaintext plaintext);

/// Which attributes a token takes or insists on in C_UnwrapKey so that the key can be read; beyond
/// class, type and CKA_TOKEN, which are always there.
struct UnwrapTemplate {
  bool notPrivate = true;    ///< CKA_PRIVATE false
  bool notSensitive = true;  ///< CKA_SENSITIVE false
  bool extractable = true;   ///< CKA_EXTRACTABLE true
  bool length = false;       ///< CKA_VALUE_LEN

  friend bool operator==(const UnwrapTemplate&, const UnwrapTemplate&) = default;
};

/// Those that modules are known to want, in the order in which they are tried: the one that says
/// most first.
std::span<const UnwrapTemplate> unwrapTemplates();

/// A session key of `bytes` bytes that only lives to be read.
Template unwrappedKeyTemplate(const UnwrapTemplate& chosen, std::size_t bytes);

/// A throw-away AES-256 session key that wraps and unwraps, for trials.
Template trialWrappingKeyTemplate();

/// A throw-away AES-256 session key that must not leave the token, for trials.
Template trialUnextractableKeyTemplate();

/// What a lookup searches for. The binding key is asked for as kBindingKeyRef.
Template searchTemplate(const KeyRef& ref);

/// Every secret key in the token.
Template searchAllTemplate();

}  // namespace strongroom::hsm::pkcs11
