#include "hsm/secret_bytes.h"

namespace strongroom {

void SecretBytes::truncate(std::size_t size) {
  explicit_bzero(bytes_.data() + size, bytes_.size() - size);
  bytes_.resize(size);
}

bool equalInConstantTime(ByteView a, ByteView b) {
  if (a.size() != b.size()) return false;
  std::byte difference{0};
  for (std::size_t i = 0; i < a.size(); ++i) {
    // volatile: the optimiser may not turn the sum into an early exit
    const volatile std::byte& left = a[i];
    const volatile std::byte& right = b[i];
    difference |= left ^ right;
  }
  return difference == std::byte{0};
}

bool operator==(const SecretBytes& a, const SecretBytes& b) {
  return equalInConstantTime(a.expose(), b.expose());
}

}  // namespace strongroom
