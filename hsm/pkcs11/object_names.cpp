#include "hsm/pkcs11/object_names.h"

#include <algorithm>

namespace strongroom::hsm::pkcs11 {

ObjectId objectIdOf(const KeyRef& ref) {
  ObjectId id{};
  std::ranges::copy(ref.key.bytes, id.begin());
  for (std::size_t i = 0; i < sizeof ref.version; ++i) {
    id[id.size() - 1 - i] = static_cast<std::byte>(ref.version >> (8 * i));
  }
  return id;
}

std::string labelOf(const KeyRef& ref) {
  if (ref == kBindingKeyRef) return std::string(kBindingKeyLabel);
  return "strongroom/" + ref.key.toString() + "/" + std::to_string(ref.version);
}

std::optional<KeyRef> keyNamedBy(std::string_view label, ByteView id) {
  if (label == kBindingKeyLabel) return kBindingKeyRef;
  KeyRef ref;
  if (id.size() != std::tuple_size_v<ObjectId>) return std::nullopt;
  std::ranges::copy(id.first(ref.key.bytes.size()), ref.key.bytes.begin());
  ref.version = readBigEndian<std::uint32_t>(id.last(sizeof ref.version));
  if (ref.version == 0) return std::nullopt;
  if (!label.empty() && label != labelOf(ref)) return std::nullopt;
  return ref;
}

}  // namespace strongroom::hsm::pkcs11
