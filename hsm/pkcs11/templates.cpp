#include "hsm/pkcs11/templates.h"

#include <array>

#include "hsm/pkcs11/object_names.h"

namespace strongroom::hsm::pkcs11 {
namespace {

using enum Promise::Kind;
using enum Promise::When;

constexpr std::array kCmkPromises = std::to_array<Promise>({
    {CKA_CLASS, "CKA_CLASS", kUlong, CKO_SECRET_KEY, kAsked},
    {CKA_KEY_TYPE, "CKA_KEY_TYPE", kUlong, CKK_AES, kAsked},
    {CKA_VALUE_LEN, "CKA_VALUE_LEN", kUlong, 32, kAsked},
    {CKA_TOKEN, "CKA_TOKEN", kBoolean, CK_TRUE, kAsked},
    {CKA_PRIVATE, "CKA_PRIVATE", kBoolean, CK_TRUE, kAsked},
    {CKA_SENSITIVE, "CKA_SENSITIVE", kBoolean, CK_TRUE, kAsked},
    {CKA_EXTRACTABLE, "CKA_EXTRACTABLE", kBoolean, CK_FALSE, kAsked},
    {CKA_MODIFIABLE, "CKA_MODIFIABLE", kBoolean, CK_FALSE, kAsked},
    {CKA_WRAP, "CKA_WRAP", kBoolean, CK_TRUE, kAsked},
    {CKA_UNWRAP, "CKA_UNWRAP", kBoolean, CK_TRUE, kAsked},
    // A key that wraps and also decrypts gives away every key it wrapped.
    {CKA_ENCRYPT, "CKA_ENCRYPT", kBoolean, CK_FALSE, kAsked},
    {CKA_DECRYPT, "CKA_DECRYPT", kBoolean, CK_FALSE, kAsked},
    {CKA_SIGN, "CKA_SIGN", kBoolean, CK_FALSE, kAsked},
    {CKA_VERIFY, "CKA_VERIFY", kBoolean, CK_FALSE, kAsked},
    {CKA_DERIVE, "CKA_DERIVE", kBoolean, CK_FALSE, kAsked},
    {CKA_ALWAYS_SENSITIVE, "CKA_ALWAYS_SENSITIVE", kBoolean, CK_TRUE, kReadBack},
    {CKA_NEVER_EXTRACTABLE, "CKA_NEVER_EXTRACTABLE", kBoolean, CK_TRUE, kReadBack},
    {CKA_LOCAL, "CKA_LOCAL", kBoolean, CK_TRUE, kReadBack},
});

constexpr std::array kBindingKeyPromises = std::to_array<Promise>({
    {CKA_CLASS, "CKA_CLASS", kUlong, CKO_SECRET_KEY, kAsked},
    {CKA_KEY_TYPE, "CKA_KEY_TYPE", kUlong, CKK_GENERIC_SECRET, kAsked},
    {CKA_VALUE_LEN, "CKA_VALUE_LEN", kUlong, 32, kAsked},
    {CKA_TOKEN, "CKA_TOKEN", kBoolean, CK_TRUE, kAsked},
    {CKA_PRIVATE, "CKA_PRIVATE", kBoolean, CK_TRUE, kAsked},
    {CKA_SENSITIVE, "CKA_SENSITIVE", kBoolean, CK_TRUE, kAsked},
    {CKA_EXTRACTABLE, "CKA_EXTRACTABLE", kBoolean, CK_FALSE, kAsked},
    {CKA_MODIFIABLE, "CKA_MODIFIABLE", kBoolean, CK_FALSE, kAsked},
    {CKA_SIGN, "CKA_SIGN", kBoolean, CK_TRUE, kAsked},
    {CKA_VERIFY, "CKA_VERIFY", kBoolean, CK_TRUE, kAsked},
    {CKA_WRAP, "CKA_WRAP", kBoolean, CK_FALSE, kAsked},
    {CKA_UNWRAP, "CKA_UNWRAP", kBoolean, CK_FALSE, kAsked},
    {CKA_ENCRYPT, "CKA_ENCRYPT", kBoolean, CK_FALSE, kAsked},
    {CKA_DECRYPT, "CKA_DECRYPT", kBoolean, CK_FALSE, kAsked},
    {CKA_DERIVE, "CKA_DERIVE", kBoolean, CK_FALSE, kAsked},
    {CKA_ALWAYS_SENSITIVE, "CKA_ALWAYS_SENSITIVE", kBoolean, CK_TRUE, kReadBack},
    {CKA_NEVER_EXTRACTABLE, "CKA_NEVER_EXTRACTABLE", kBoolean, CK_TRUE, kReadBack},
    {CKA_LOCAL, "CKA_LOCAL", kBoolean, CK_TRUE, kReadBack},
});

void add(Template& attributes, const Promise& promise) {
  if (promise.kind == kBoolean) {
    attributes.boolean(promise.type, promise.value == CK_TRUE);
  } else {
    attributes.ulong(promise.type, promise.value);
  }
}

}  // namespace

std::span<const Promise> cmkPromises() {
  return kCmkPromises;
}

std::span<const Promise> bindingKeyPromises() {
  return kBindingKeyPromises;
}

Template askedFor(std::span<const Promise> promises) {
  Template attributes;
  for (const Promise& promise : promises) {
    if (promise.when == kAsked) add(attributes, promise);
  }
  return attributes;
}

Template promised(std::span<const Promise> promises) {
  Template attributes;
  for (const Promise& promise : promises) add(attributes, promise);
  return attributes;
}

Template dataKeyTemplate(std::size_t bytes, Plaintext plaintext) {
  Template attributes;
  attributes.boolean(CKA_TOKEN, false)
      .boolean(CKA_PRIVATE, false)
      .boolean(CKA_SENSITIVE, plaintext == Plaintext::kWithhold)
      .boolean(CKA_EXTRACTABLE, true)
      .ulong(CKA_VALUE_LEN, bytes);
  return attributes;
}

std::span<const UnwrapTemplate> unwrapTemplates() {
  static constexpr std::array kTemplates = std::to_array<UnwrapTemplate>({
      {.extractable = true},
      {.extractable = false},
      {.extractable = true, .length = true},
      {.extractable = false, .length = true},
      {.notPrivate = false, .notSensitive = false, .extractable = false},
      {.notPrivate = false, .notSensitive = false, .extractable = false, .length = true},
  });
  return kTemplates;
}

Template unwrappedKeyTemplate(const UnwrapTemplate& chosen, std::size_t bytes) {
  Template attributes;
  // A generic secret whatever its length: the key is never used in the token, so its type says
  // nothing.
  attributes.ulong(CKA_CLASS, CKO_SECRET_KEY)
      .ulong(CKA_KEY_TYPE, CKK_GENERIC_SECRET)
      .boolean(CKA_TOKEN, false);
  if (chosen.notPrivate) attributes.boolean(CKA_PRIVATE, false);
  if (chosen.notSensitive) attributes.boolean(CKA_SENSITIVE, false);
  if (chosen.extractable) attributes.boolean(CKA_EXTRACTABLE, true);
  if (chosen.length) attributes.ulong(CKA_VALUE_LEN, bytes);
  return attributes;
}

Template trialWrappingKeyTemplate() {
  Template attributes;
  attributes.ulong(CKA_VALUE_LEN, 32)
      .boolean(CKA_TOKEN, false)
      .boolean(CKA_PRIVATE, false)
      .boolean(CKA_SENSITIVE, true)
      .boolean(CKA_EXTRACTABLE, false)
      .boolean(CKA_WRAP, true)
      .boolean(CKA_UNWRAP, true);
  return attributes;
}

Template trialUnextractableKeyTemplate() {
  Template attributes;
  attributes.ulong(CKA_VALUE_LEN, 32)
      .boolean(CKA_TOKEN, false)
      .boolean(CKA_PRIVATE, false)
      .boolean(CKA_SENSITIVE, true)
      .boolean(CKA_EXTRACTABLE, false);
  return attributes;
}

Template searchTemplate(const KeyRef& ref) {
  Template attributes;
  attributes.ulong(CKA_CLASS, CKO_SECRET_KEY).boolean(CKA_TOKEN, true);
  if (ref == kBindingKeyRef) {
    attributes.text(CKA_LABEL, kBindingKeyLabel);
  } else {
    attributes.bytes(CKA_ID, objectIdOf(ref));
  }
  return attributes;
}

Template searchAllTemplate() {
  Template attributes;
  attributes.ulong(CKA_CLASS, CKO_SECRET_KEY).boolean(CKA_TOKEN, true);
  return attributes;
}

}  // namespace strongroom::hsm::pkcs11
