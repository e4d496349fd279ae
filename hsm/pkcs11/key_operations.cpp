#include "hsm/pkcs11/key_operations.h"

#include "hsm/pkcs11/templates.h"

namespace strongroom::hsm::pkcs11 {
namespace {

constexpr std::size_t kMacBytes = 32;

/// Room beyond the length that key wrap gives, so that a module with other ideas shows them
/// instead of failing.
constexpr std::size_t kSlack = 16;

// PKCS#11 takes no const where it only reads, and modules refuse the null pointer that an empty
// run of bytes may have.
CK_BYTE* readOnly(ByteView bytes) {
  static CK_BYTE nothing = 0;
  if (bytes.empty()) return &nothing;
  return reinterpret_cast<CK_BYTE*>(const_cast<std::byte*>(bytes.data()));
}

CK_BYTE* writable(std::span<std::byte> bytes) {
  return reinterpret_cast<CK_BYTE*>(bytes.data());
}

CK_MECHANISM plain(CK_MECHANISM_TYPE type) {
  return {type, nullptr, 0};
}

CK_MECHANISM_TYPE generationMechanismFor(std::size_t bytes) {
  const bool isAesLength = bytes == 16 || bytes == 24 || bytes == 32;
  return isAesLength ? CKM_AES_KEY_GEN : CKM_GENERIC_SECRET_KEY_GEN;
}

[[noreturn]] void wrongLength(std::string_view call, std::size_t length) {
  throw Error(ErrorCode::kFault,
              std::string(call) + " answered " + std::to_string(length) +
                  " bytes, which the algorithm cannot give",
              call);
}

}  // namespace

SessionObject generateSessionKey(Lease& lease, Template attributes, std::size_t bytes) {
  CK_MECHANISM mechanism = plain(generationMechanismFor(bytes));
  CK_OBJECT_HANDLE key = CK_INVALID_HANDLE;
  lease.invoke(kGenerateKey, &mechanism, attributes.data(), attributes.size(), &key);
  return {lease, key};
}

Bytes wrapKey(Lease& lease, CK_OBJECT_HANDLE wrapping, CK_OBJECT_HANDLE key, std::size_t bytes) {
  CK_MECHANISM mechanism = plain(CKM_AES_KEY_WRAP);
  Bytes wrapped(wrappedSize(bytes) + kSlack);
  CK_ULONG length = wrapped.size();
  lease.invoke(kWrapKey, &mechanism, wrapping, key, writable(wrapped), &length);
  if (length != wrappedSize(bytes)) wrongLength(kWrapKey.name(), length);
  wrapped.resize(length);
  return wrapped;
}

SessionObject unwrapKey(Lease& lease, const Profile& profile, CK_OBJECT_HANDLE wrapping,
                        ByteView wrapped) {
  CK_MECHANISM mechanism = plain(CKM_AES_KEY_WRAP);
  Template attributes = unwrappedKeyTemplate(profile);
  CK_OBJECT_HANDLE key = CK_INVALID_HANDLE;
  lease.invoke(kUnwrapKey, &mechanism, wrapping, readOnly(wrapped),
               static_cast<CK_ULONG>(wrapped.size()), attributes.data(), attributes.size(), &key);
  return {lease, key};
}

SecretBytes readValue(Lease& lease, CK_OBJECT_HANDLE key, std::size_t bytes) {
  SecretBytes value(bytes);
  CK_ATTRIBUTE attribute{CKA_VALUE, writable(value.exposeWritable()), bytes};
  lease.invoke(kGetAttributeValue, key, &attribute, CK_ULONG{1});
  if (attribute.ulValueLen != bytes) wrongLength(kGetAttributeValue.name(), attribute.ulValueLen);
  return value;
}

SecretBytes hmacSha256(Lease& lease, CK_OBJECT_HANDLE key, ByteView message) {
  CK_MECHANISM mechanism = plain(CKM_SHA256_HMAC);
  lease.invoke(kSignInit, &mechanism, key);
  SecretBytes mac(kMacBytes);
  CK_ULONG length = mac.size();
  lease.invoke(kSign, readOnly(message), static_cast<CK_ULONG>(message.size()),
               writable(mac.exposeWritable()), &length);
  if (length != mac.size()) wrongLength(kSign.name(), length);
  return mac;
}

void tryWrapAndUnwrap(Lease& lease, const Profile& profile, CK_OBJECT_HANDLE wrapping) {
  constexpr std::size_t kBytes = 32;
  SessionObject key =
      generateSessionKey(lease, dataKeyTemplate(kBytes, Plaintext::kReturn), kBytes);
  const SecretBytes before = readValue(lease, key.handle(), kBytes);
  const Bytes wrapped = wrapKey(lease, wrapping, key.handle(), kBytes);
  key.destroy();
  SessionObject unwrapped = unwrapKey(lease, profile, wrapping, wrapped);
  const SecretBytes after = readValue(lease, unwrapped.handle(), kBytes);
  unwrapped.destroy();
  if (!(before == after)) {
    throw Error(ErrorCode::kKeyUnusable, "a trial key came back changed from wrap and unwrap");
  }
}

}  // namespace strongroom::hsm::pkcs11
