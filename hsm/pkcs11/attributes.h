#pragma once

#include <p11-kit/pkcs11.h>

#include <array>
#include <span>
#include <string_view>

#include "hsm/bytes.h"

namespace strongroom::hsm::pkcs11 {

/// Builds a template with typed values in storage of its own: no width is deduced, nothing is
/// borrowed, nothing is allocated. Copyable. Throws std::length_error when a template outgrows the
/// fixed storage, which is a defect of ours.
class Template {
 public:
  Template& boolean(CK_ATTRIBUTE_TYPE type, bool value);
  Template& ulong(CK_ATTRIBUTE_TYPE type, CK_ULONG value);
  Template& bytes(CK_ATTRIBUTE_TYPE type, ByteView value);
  Template& text(CK_ATTRIBUTE_TYPE type, std::string_view value) {
    return bytes(type, asBytes(value));
  }
  Template& mechanisms(CK_ATTRIBUTE_TYPE type, std::span<const CK_MECHANISM_TYPE> value);

  /// For one PKCS#11 call; valid until the template changes or moves. Call it last.
  CK_ATTRIBUTE* data();

  /// The attributes as the last call left them.
  const CK_ATTRIBUTE* attributes() const { return attributes_.data(); }
  CK_ULONG size() const { return count_; }

  /// The same attributes with values that a module is to overwrite: for C_GetAttributeValue.
  Template blank() const;

 private:
  static constexpr std::size_t kMaxAttributes = 24;
  static constexpr std::size_t kMaxBytes = 384;

  std::array<CK_ATTRIBUTE, kMaxAttributes> attributes_;
  std::array<std::uint16_t, kMaxAttributes> offsets_;
  alignas(CK_ULONG) std::array<std::byte, kMaxBytes> storage_;
  std::size_t count_ = 0;
  std::size_t used_ = 0;
};

}  // namespace strongroom::hsm::pkcs11
