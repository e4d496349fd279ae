#include "hsm/pkcs11/token_keys.h"

#include <array>
#include <cstring>

#include "hsm/pkcs11/object_names.h"

namespace strongroom::hsm::pkcs11 {
namespace {

std::span<const Promise> promisesFor(const KeyRef& ref) {
  return ref == kBindingKeyRef ? bindingKeyPromises() : cmkPromises();
}

std::array<CK_MECHANISM_TYPE, 1> mechanismsFor(const KeyRef& ref, WrapMechanism wrap) {
  return {ref == kBindingKeyRef ? CKM_SHA256_HMAC : wrap.type};
}

void addNames(Template& attributes, const KeyRef& ref) {
  attributes.text(CKA_LABEL, labelOf(ref));
  if (ref != kBindingKeyRef) attributes.bytes(CKA_ID, objectIdOf(ref));
}

[[noreturn]] void unusable(const KeyRef& ref, std::string_view attribute) {
  throw Error(ErrorCode::kKeyUnusable,
              labelOf(ref) + ": " + std::string(attribute) + " is not what was asked for");
}

void verifyMechanisms(Lease& lease, const KeyRef& ref, CK_OBJECT_HANDLE key, WrapMechanism wrap) {
  std::array<CK_MECHANISM_TYPE, 1> read{};
  CK_ATTRIBUTE attribute{CKA_ALLOWED_MECHANISMS, read.data(), sizeof read};
  const CK_RV value = lease.call(kGetAttributeValue, key, &attribute, CK_ULONG{1});
  const bool absent =
      value == CKR_ATTRIBUTE_TYPE_INVALID || (value == CKR_OK && attribute.ulValueLen == 0);
  if (absent && ref == kBindingKeyRef) return;
  if (!absent && value != CKR_BUFFER_TOO_SMALL) check(value, kGetAttributeValue.name());
  const auto asked = mechanismsFor(ref, wrap);
  if (attribute.ulValueLen != sizeof asked || read != asked) {
    unusable(ref, "CKA_ALLOWED_MECHANISMS");
  }
}

}  // namespace

bool isKept(const Profile& profile, const Promise& promise) {
  return promise.type != CKA_LOCAL || !profile.localReadsFalse;
}

CK_OBJECT_HANDLE generateTokenKey(Lease& lease, const KeyRef& ref, const TrialResult& token) {
  Template attributes = askedFor(promisesFor(ref));
  addNames(attributes, ref);
  // Not where the token takes them and pays no attention: nobody is to rely on them there.
  const bool restricted = token.allowedMechanisms == AllowedMechanisms::kEnforced;
  if (restricted) {
    attributes.mechanisms(CKA_ALLOWED_MECHANISMS, mechanismsFor(ref, token.wrap));
  }
  CK_MECHANISM mechanism{ref == kBindingKeyRef ? CKM_GENERIC_SECRET_KEY_GEN : CKM_AES_KEY_GEN,
                         nullptr, 0};
  CK_OBJECT_HANDLE key = CK_INVALID_HANDLE;
  const CK_RV value =
      lease.call(kGenerateKey, &mechanism, attributes.data(), attributes.size(), &key);
  // For a session key it is a matter of the moment; this one was to stay.
  if (value == CKR_DEVICE_MEMORY) {
    throw Error(ErrorCode::kTokenFull, "the token has no room for " + labelOf(ref),
                kGenerateKey.name(), value);
  }
  check(value, kGenerateKey.name());
  return key;
}

void verifyAttributes(Lease& lease, const Profile& profile, const KeyRef& ref, CK_OBJECT_HANDLE key,
                      const TrialResult& token) {
  const std::span<const Promise> promises = promisesFor(ref);
  Template expected = promised(promises);
  addNames(expected, ref);
  Template actual = expected.blank();
  const CK_RV value = lease.call(kGetAttributeValue, key, actual.data(), actual.size());
  // An attribute that is missing or longer shows in its own length, and the others are filled all
  // the same.
  if (value != CKR_ATTRIBUTE_TYPE_INVALID && value != CKR_ATTRIBUTE_SENSITIVE &&
      value != CKR_BUFFER_TOO_SMALL) {
    check(value, kGetAttributeValue.name());
  }
  const CK_ATTRIBUTE* want = expected.data();
  const CK_ATTRIBUTE* got = actual.attributes();
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (i < promises.size() && !isKept(profile, promises[i])) continue;
    if (got[i].ulValueLen == want[i].ulValueLen &&
        std::memcmp(got[i].pValue, want[i].pValue, want[i].ulValueLen) == 0) {
      continue;
    }
    unusable(ref, i < promises.size() ? promises[i].name
                                      : (want[i].type == CKA_LABEL ? "CKA_LABEL" : "CKA_ID"));
  }
  if (token.allowedMechanisms == AllowedMechanisms::kEnforced) {
    verifyMechanisms(lease, ref, key, token.wrap);
  }
}

}  // namespace strongroom::hsm::pkcs11
