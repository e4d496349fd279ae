#include "hsm/pkcs11/key_operations.h"

#include <array>

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

using InitialisationVector = std::array<CK_BYTE, 16>;

/// `iv` is zeros and outlives the mechanism. Key wrap has its own constant and takes no parameter.
CK_MECHANISM mechanismOf(WrapMechanism wrap, InitialisationVector& iv) {
  if (wrap.method == WrapMethod::kAesKeyWrap) return plain(wrap.type);
  return {wrap.type, iv.data(), iv.size()};
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

/// CKA_VALUE of at most `most` bytes.
SecretBytes readUpTo(Lease& lease, CK_OBJECT_HANDLE key, std::size_t most) {
  SecretBytes value(most);
  CK_ATTRIBUTE attribute{CKA_VALUE, writable(value.exposeWritable()), most};
  lease.invoke(kGetAttributeValue, key, &attribute, CK_ULONG{1});
  if (attribute.ulValueLen > most) wrongLength(kGetAttributeValue.name(), attribute.ulValueLen);
  value.truncate(attribute.ulValueLen);
  return value;
}

}  // namespace

SessionObject generateSessionKey(Lease& lease, Template attributes, std::size_t bytes) {
  CK_MECHANISM mechanism = plain(generationMechanismFor(bytes));
  CK_OBJECT_HANDLE key = CK_INVALID_HANDLE;
  lease.invoke(kGenerateKey, &mechanism, attributes.data(), attributes.size(), &key);
  return {lease, key};
}

Bytes wrapKey(Lease& lease, WrapMechanism wrap, CK_OBJECT_HANDLE wrapping, CK_OBJECT_HANDLE key,
              std::size_t bytes) {
  InitialisationVector iv{};
  CK_MECHANISM mechanism = mechanismOf(wrap, iv);
  Bytes wrapped(wrappedSize(wrap.method, bytes) + kSlack);
  CK_ULONG length = wrapped.size();
  lease.invoke(kWrapKey, &mechanism, wrapping, key, writable(wrapped), &length);
  if (length != wrappedSize(wrap.method, bytes)) wrongLength(kWrapKey.name(), length);
  wrapped.resize(length);
  return wrapped;
}

bool wraps(Lease& lease, WrapMechanism wrap, CK_OBJECT_HANDLE wrapping, CK_OBJECT_HANDLE key) {
  InitialisationVector iv{};
  CK_MECHANISM mechanism = mechanismOf(wrap, iv);
  std::array<std::byte, 32 + 2 * kSlack> wrapped;
  CK_ULONG length = wrapped.size();
  const CK_RV value = lease.call(kWrapKey, &mechanism, wrapping, key, writable(wrapped), &length);
  // An error that passes is no refusal: an unsafe module would be taken for a safe one.
  const Meaning& meaning = meaningOf(value);
  const bool isNoVerdict = meaning.recovery != Recovery::kNone || meaning.code == ErrorCode::kBusy;
  if (isNoVerdict) check(value, kWrapKey.name());
  return value == CKR_OK;
}

SecretBytes unwrapAndRead(Lease& lease, WrapMechanism wrap, const UnwrapTemplate& chosen,
                          CK_OBJECT_HANDLE wrapping, ByteView wrapped) {
  const std::size_t longest = longestWrappedIn(wrap.method, wrapped.size());
  InitialisationVector iv{};
  CK_MECHANISM mechanism = mechanismOf(wrap, iv);
  Template attributes = unwrappedKeyTemplate(chosen, longest);
  CK_OBJECT_HANDLE handle = CK_INVALID_HANDLE;
  lease.invoke(kUnwrapKey, &mechanism, wrapping, readOnly(wrapped),
               static_cast<CK_ULONG>(wrapped.size()), attributes.data(), attributes.size(),
               &handle);
  SessionObject key(lease, handle);
  SecretBytes value = readUpTo(lease, key.handle(), longest);
  key.destroy();
  if (!isDataKeyLength(value.size()) || wrappedSize(wrap.method, value.size()) != wrapped.size()) {
    wrongLength(kUnwrapKey.name(), value.size());
  }
  return value;
}

SecretBytes readValue(Lease& lease, CK_OBJECT_HANDLE key, std::size_t bytes) {
  SecretBytes value = readUpTo(lease, key, bytes);
  if (value.size() != bytes) wrongLength(kGetAttributeValue.name(), value.size());
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

void tryWrapAndUnwrap(Lease& lease, WrapMechanism wrap, const UnwrapTemplate& chosen,
                      CK_OBJECT_HANDLE wrapping, std::size_t bytes) {
  SessionObject key = generateSessionKey(lease, dataKeyTemplate(bytes, Plaintext::kReturn), bytes);
  const SecretBytes before = readValue(lease, key.handle(), bytes);
  const Bytes wrapped = wrapKey(lease, wrap, wrapping, key.handle(), bytes);
  key.destroy();
  const SecretBytes after = unwrapAndRead(lease, wrap, chosen, wrapping, wrapped);
  if (!(before == after)) {
    throw Error(ErrorCode::kKeyUnusable, "a trial key came back changed from wrap and unwrap");
  }
}

}  // namespace strongroom::hsm::pkcs11
