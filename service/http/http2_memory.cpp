#include "service/http/http2_memory.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <limits>

namespace strongroom::http {

namespace {

/// Before each block: how long it is.
constexpr std::size_t kPrefix = alignof(std::max_align_t);
static_assert(kPrefix >= sizeof(std::size_t));

char* startOf(void* block) {
  return static_cast<char*>(block) - kPrefix;
}

std::size_t sizeOf(void* block) {
  std::size_t size = 0;
  std::memcpy(&size, startOf(block), sizeof size);
  return size;
}

}  // namespace

void* allocateWiped(std::size_t size, void*) noexcept {
  if (size > std::numeric_limits<std::size_t>::max() - kPrefix) return nullptr;
  auto* start = static_cast<char*>(std::malloc(kPrefix + size));
  if (!start) return nullptr;
  std::memcpy(start, &size, sizeof size);
  return start + kPrefix;
}

void* allocateZeroWiped(std::size_t count, std::size_t size, void*) noexcept {
  if (size != 0 && count > std::numeric_limits<std::size_t>::max() / size) return nullptr;
  void* block = allocateWiped(count * size, nullptr);
  if (block) std::memset(block, 0, count * size);
  return block;
}

void* reallocateWiped(void* block, std::size_t size, void*) noexcept {
  void* next = allocateWiped(size, nullptr);
  if (!block || !next) return next;
  std::memcpy(next, block, std::min(size, sizeOf(block)));
  freeWiped(block, nullptr);
  return next;
}

void freeWiped(void* block, void*) noexcept {
  if (!block) return;
  explicit_bzero(block, sizeOf(block));
  std::free(startOf(block));
}

}  // namespace strongroom::http
