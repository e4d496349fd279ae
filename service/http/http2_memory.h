#pragma once

#include <cstddef>

namespace strongroom::http {

/// malloc's family for nghttp2, which keeps header fields of requests in it: what is freed is
/// overwritten first. Null when there is no memory; the last parameter is not used.
void* allocateWiped(std::size_t size, void*) noexcept;
void* allocateZeroWiped(std::size_t count, std::size_t size, void*) noexcept;
void* reallocateWiped(void* block, std::size_t size, void*) noexcept;
void freeWiped(void* block, void*) noexcept;

}  // namespace strongroom::http
