#include "hsm/pkcs11/object_audit.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <span>

#include "hsm/pkcs11/object_names.h"
#include "hsm/pkcs11/templates.h"
#include "hsm/pkcs11/token_keys.h"
#include "hsm/pkcs11/wrap_mechanism.h"

namespace strongroom::hsm::pkcs11 {
namespace {

constexpr CK_ULONG kNoClass = CK_UNAVAILABLE_INFORMATION;
constexpr std::string_view kOurPrefix = "strongroom/";

struct Name {
  CK_ULONG value;
  std::string_view text;
};

constexpr std::array kClasses = std::to_array<Name>({
    {CKO_DATA, "data"},
    {CKO_CERTIFICATE, "certificate"},
    {CKO_PUBLIC_KEY, "public key"},
    {CKO_PRIVATE_KEY, "private key"},
    {CKO_SECRET_KEY, "secret key"},
    {CKO_HW_FEATURE, "hardware feature"},
    {CKO_DOMAIN_PARAMETERS, "domain parameters"},
    {CKO_MECHANISM, "mechanism"},
});

constexpr std::array kKeyTypes = std::to_array<Name>({
    {CKK_RSA, "RSA"},
    {CKK_DSA, "DSA"},
    {CKK_DH, "DH"},
    {CKK_EC, "EC"},
    {CKK_GENERIC_SECRET, "generic"},
    {CKK_DES3, "triple DES"},
    {CKK_AES, "AES"},
    {CKK_SHA256_HMAC, "HMAC-SHA256"},
});

std::string nameIn(std::span<const Name> names, CK_ULONG value) {
  const auto row = std::ranges::find(names, value, &Name::value);
  if (row != names.end()) return std::string(row->text);
  char text[2 + 2 * sizeof value + 1];
  std::snprintf(text, sizeof text, "0x%lx", value);
  return text;
}

/// Whether `value` leaves the other attributes readable: one is missing, or longer than we take.
bool othersAreFilled(CK_RV value) {
  return value == CKR_OK || value == CKR_ATTRIBUTE_TYPE_INVALID ||
         value == CKR_ATTRIBUTE_SENSITIVE || value == CKR_BUFFER_TOO_SMALL;
}

/// An answer that is about the object; any other is about the session or the token.
bool concernsTheObject(CK_RV value) {
  const Meaning& meaning = meaningOf(value);
  return meaning.code == ErrorCode::kFault || meaning.recovery == Recovery::kFindHandle;
}

Bytes readBytes(Lease& lease, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type) {
  std::array<std::byte, 256> room;
  CK_ATTRIBUTE attribute{type, room.data(), room.size()};
  const CK_RV value = lease.call(kGetAttributeValue, object, &attribute, CK_ULONG{1});
  if (value != CKR_OK) {
    if (!concernsTheObject(value)) check(value, kGetAttributeValue.name());
    return {};
  }
  return Bytes(room.begin(),
               room.begin() + std::min<std::size_t>(attribute.ulValueLen, room.size()));
}

CK_ULONG readUlong(Lease& lease, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type) {
  CK_ULONG number = kNoClass;
  CK_ATTRIBUTE attribute{type, &number, sizeof number};
  const CK_RV value = lease.call(kGetAttributeValue, object, &attribute, CK_ULONG{1});
  if (value != CKR_OK && !concernsTheObject(value)) check(value, kGetAttributeValue.name());
  return value == CKR_OK && attribute.ulValueLen == sizeof number ? number : kNoClass;
}

/// Which of an object's attributes differ from `promises`, and how.
std::vector<std::string> brokenPromises(Lease& lease, const Profile& profile,
                                        CK_OBJECT_HANDLE object,
                                        std::span<const Promise> promises) {
  Template expected = promised(promises);
  Template actual = expected.blank();
  const CK_RV value = lease.call(kGetAttributeValue, object, actual.data(), actual.size());
  if (!othersAreFilled(value)) {
    if (!concernsTheObject(value)) check(value, kGetAttributeValue.name());
    return {"its attributes cannot be read: it is half-made or damaged"};
  }
  std::vector<std::string> broken;
  const CK_ATTRIBUTE* want = expected.data();
  const CK_ATTRIBUTE* got = actual.attributes();
  for (std::size_t i = 0; i < promises.size(); ++i) {
    if (!isKept(profile, promises[i])) continue;
    const std::string name(promises[i].name);
    if (got[i].ulValueLen != want[i].ulValueLen) {
      broken.push_back(name + " is missing");
    } else if (promises[i].kind == Promise::Kind::kBoolean) {
      const bool is = *static_cast<const CK_BBOOL*>(got[i].pValue) != CK_FALSE;
      const bool shouldBe = promises[i].value != CK_FALSE;
      if (is != shouldBe) broken.push_back(name + (is ? " is true" : " is false"));
    } else if (const CK_ULONG is = *static_cast<const CK_ULONG*>(got[i].pValue);
               is != promises[i].value) {
      broken.push_back(name + " is " + std::to_string(is) + " and not " +
                       std::to_string(promises[i].value));
    }
  }
  return broken;
}

/// A key that allows more mechanisms than ours. Tokens that do not know the attribute have none.
void auditMechanisms(Lease& lease, CK_OBJECT_HANDLE object, std::span<const CK_MECHANISM_TYPE> ours,
                     std::vector<std::string>& faults) {
  const Bytes read = readBytes(lease, object, CKA_ALLOWED_MECHANISMS);
  if (read.empty()) return;
  const auto isRead = [&read](const CK_MECHANISM_TYPE& one) {
    return std::ranges::equal(read, std::as_bytes(std::span(&one, 1)));
  };
  if (std::ranges::none_of(ours, isRead)) {
    faults.emplace_back("CKA_ALLOWED_MECHANISMS is not the one mechanism that we use");
  }
}

/// Sets owner, ref and faults of a secret key by what it calls itself.
void auditSecretKey(Lease& lease, const Profile& profile, TokenObject& object) {
  const auto handle = static_cast<CK_OBJECT_HANDLE>(object.handle);
  const auto named = keyNamedBy(object.label, object.id);
  if (named == kBindingKeyRef) {
    object.owner = Owner::kBindingKey;
    object.faults = brokenPromises(lease, profile, handle, bindingKeyPromises());
    auditMechanisms(lease, handle, std::array{CK_MECHANISM_TYPE{CKM_SHA256_HMAC}}, object.faults);
  } else if (named && !object.label.empty()) {
    object.owner = Owner::kCmk;
    object.ref = *named;
    object.faults = brokenPromises(lease, profile, handle, cmkPromises());
    const std::array ways{wrapMechanism(profile, WrapMethod::kAesKeyWrap).type,
                          wrapMechanism(profile, WrapMethod::kAesCbcPad).type};
    auditMechanisms(lease, handle, ways, object.faults);
  } else if (named) {
    object.owner = Owner::kUncertain;
    object.ref = *named;
    object.faults = {"it has no label: a half-made key of ours, or another program's"};
  } else if (object.label.starts_with(kOurPrefix)) {
    object.owner = Owner::kUncertain;
    object.faults = {"its label has our form, and its id does not name the same key version"};
  }
}

}  // namespace

TokenObject auditObject(Lease& lease, const Profile& profile, CK_OBJECT_HANDLE handle) {
  TokenObject object;
  object.handle = handle;
  const CK_ULONG objectClass = readUlong(lease, handle, CKA_CLASS);
  if (objectClass == kNoClass) {
    object.owner = Owner::kUncertain;
    object.kind = "unreadable";
    object.faults = {"its attributes cannot be read: it is half-made or damaged"};
    return object;
  }
  const Bytes label = readBytes(lease, handle, CKA_LABEL);
  object.label = asText(label);
  object.id = readBytes(lease, handle, CKA_ID);
  object.kind = nameIn(kClasses, objectClass);
  if (objectClass == CKO_SECRET_KEY || objectClass == CKO_PRIVATE_KEY ||
      objectClass == CKO_PUBLIC_KEY) {
    object.kind = nameIn(kKeyTypes, readUlong(lease, handle, CKA_KEY_TYPE)) + " " + object.kind;
  }
  if (objectClass == CKO_SECRET_KEY) {
    auditSecretKey(lease, profile, object);
  } else if (object.label.starts_with(kOurPrefix)) {
    object.owner = Owner::kUncertain;
    object.faults = {"its label has our form, and it is no secret key"};
  }
  return object;
}

void markDuplicates(std::vector<TokenObject>& objects) {
  std::map<std::pair<Owner, KeyRef>, std::size_t> count;
  const auto named = [](const TokenObject& object) {
    return object.owner == Owner::kCmk || object.owner == Owner::kBindingKey;
  };
  for (const TokenObject& object : objects) {
    if (named(object)) ++count[{object.owner, object.ref}];
  }
  for (TokenObject& object : objects) {
    if (named(object) && count[{object.owner, object.ref}] > 1) {
      object.faults.emplace_back("another object has the same name: neither is used");
    }
  }
}

}  // namespace strongroom::hsm::pkcs11
