#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "hsm/bytes.h"

namespace strongroom {

/// The 128-bit identifier of a CMK: what AWS calls the key id, written as a lower-case RFC 4122
/// UUID.
struct KeyId {
  std::array<std::byte, 16> bytes{};

  /// "1234abcd-12ab-34cd-56ef-1234567890ab"
  std::string toString() const;
  /// Accepts exactly the canonical form (36 characters, lower-case); nullopt otherwise.
  static std::optional<KeyId> parse(std::string_view text);

  friend auto operator<=>(const KeyId&, const KeyId&) = default;
};

/// Names one key version, which is one object in a token. Versions count from 1.
struct KeyRef {
  KeyId key;
  std::uint32_t version = 1;

  friend auto operator<=>(const KeyRef&, const KeyRef&) = default;
};

}  // namespace strongroom

template <>
struct std::hash<strongroom::KeyId> {
  /// Key ids are random, so any eight of their bytes are a hash.
  std::size_t operator()(const strongroom::KeyId& id) const noexcept {
    return strongroom::readBigEndian<std::size_t>(
        strongroom::ByteView(id.bytes).first(sizeof(std::size_t)));
  }
};

template <>
struct std::hash<strongroom::KeyRef> {
  std::size_t operator()(const strongroom::KeyRef& ref) const noexcept {
    return std::hash<strongroom::KeyId>()(ref.key) ^ (ref.version * 0x9e3779b97f4a7c15ULL);
  }
};
