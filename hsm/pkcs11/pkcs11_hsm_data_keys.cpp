#include "hsm/pkcs11/key_operations.h"
#include "hsm/pkcs11/object_names.h"
#include "hsm/pkcs11/pkcs11_hsm.h"
#include "hsm/pkcs11/templates.h"

namespace strongroom::hsm::pkcs11 {
namespace {

constexpr std::size_t kMaxRandomBytes = 1024;
constexpr std::size_t kMaxMacInput = 200;

void requireSize(std::size_t size, std::size_t atLeast, std::size_t atMost, const char* what) {
  if (size >= atLeast && size <= atMost) return;
  throw Error(ErrorCode::kFault, std::string(what) + " of " + std::to_string(size) +
                                     " bytes was asked for; the limit is " +
                                     std::to_string(atMost));
}

void requireDataKeyLength(std::size_t bytes, std::size_t longest) {
  if (isDataKeyLength(bytes) && bytes <= longest) return;
  throw Error(ErrorCode::kFault, "a data key of this token has a multiple of 8 bytes, 16 to " +
                                     std::to_string(longest) + ", and not " +
                                     std::to_string(bytes));
}

}  // namespace

DataKey Pkcs11Hsm::generateDataKey(const KeyRef& ref, std::size_t bytes, Plaintext plaintext,
                                   Deadline deadline) {
  requireDataKeyLength(bytes, trial_.longestDataKey);
  return token_.repeatableWithKey(ref, deadline, [&](Lease& lease, CK_OBJECT_HANDLE cmk) {
    SessionObject key = generateSessionKey(lease, dataKeyTemplate(bytes, plaintext), bytes);
    DataKey result;
    result.method = trial_.wrap.method;
    result.wrapped = wrapKey(lease, trial_.wrap, cmk, key.handle(), bytes);
    if (plaintext == Plaintext::kReturn) result.plaintext = readValue(lease, key.handle(), bytes);
    key.destroy();
    return result;
  });
}

SecretBytes Pkcs11Hsm::unwrapDataKey(const KeyRef& ref, WrapMethod method, ByteView wrapped,
                                     Deadline deadline) {
  requireDataKeyLength(longestWrappedIn(method, wrapped.size()), kMaxDataKeyBytes);
  const WrapMechanism wrap = wrapMechanism(token_.profile(), method);
  return token_.repeatableWithKey(ref, deadline, [&](Lease& lease, CK_OBJECT_HANDLE cmk) {
    return unwrapAndRead(lease, wrap, trial_.unwrap, cmk, wrapped);
  });
}

SecretBytes Pkcs11Hsm::bindingMac(ByteView message, Deadline deadline) {
  requireSize(message.size(), 0, kMaxMacInput, "a message to bind");
  return token_.repeatableWithKey(
      kBindingKeyRef, deadline, [&](Lease& lease, CK_OBJECT_HANDLE key) {
        SecretBytes mac = hmacSha256(lease, key, message);
        // Callers keep what is derived from it: a wrong one would spoil every ciphertext that they
        // make until they end, and nothing else would show it.
        if (mac == hmacSha256(lease, key, message)) return mac;
        throw Error(ErrorCode::kFault, "the token gave two MACs of one message", kSign.name());
      });
}

void Pkcs11Hsm::random(std::span<std::byte> out, Deadline deadline) {
  requireSize(out.size(), 0, kMaxRandomBytes, "randomness");
  token_.repeatable(deadline, [&](Lease& lease) {
    lease.invoke(kGenerateRandom, reinterpret_cast<CK_BYTE*>(out.data()),
                 static_cast<CK_ULONG>(out.size()));
  });
}

}  // namespace strongroom::hsm::pkcs11
