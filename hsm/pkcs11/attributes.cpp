#include "hsm/pkcs11/attributes.h"

#include <cstring>
#include <stdexcept>

namespace strongroom::hsm::pkcs11 {

Template& Template::boolean(CK_ATTRIBUTE_TYPE type, bool value) {
  const CK_BBOOL stored = value ? CK_TRUE : CK_FALSE;
  return bytes(type, std::as_bytes(std::span(&stored, 1)));
}

Template& Template::ulong(CK_ATTRIBUTE_TYPE type, CK_ULONG value) {
  return bytes(type, std::as_bytes(std::span(&value, 1)));
}

Template& Template::mechanisms(CK_ATTRIBUTE_TYPE type, std::span<const CK_MECHANISM_TYPE> value) {
  return bytes(type, std::as_bytes(value));
}

Template& Template::bytes(CK_ATTRIBUTE_TYPE type, ByteView value) {
  // Modules read CK_ULONGs through the pointer: keep every value aligned for them.
  constexpr std::size_t kAlignment = sizeof(CK_ULONG);
  const std::size_t start = (used_ + kAlignment - 1) / kAlignment * kAlignment;
  if (count_ == kMaxAttributes || start + value.size() > kMaxBytes) {
    throw std::length_error("a PKCS#11 template outgrew its storage");
  }
  if (!value.empty()) std::memcpy(storage_.data() + start, value.data(), value.size());
  attributes_[count_] = {type, nullptr, static_cast<CK_ULONG>(value.size())};
  offsets_[count_] = static_cast<std::uint16_t>(start);
  used_ = start + value.size();
  ++count_;
  return *this;
}

Template Template::blank() const {
  Template copy = *this;
  copy.storage_.fill(
      std::byte{0xff});  // no boolean, no length, no class: an untouched value equals no promise
  return copy;
}

CK_ATTRIBUTE* Template::data() {
  for (std::size_t i = 0; i < count_; ++i) attributes_[i].pValue = storage_.data() + offsets_[i];
  return attributes_.data();
}

}  // namespace strongroom::hsm::pkcs11
