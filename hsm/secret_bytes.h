#pragma once

#include <cstring>
#include <memory>
#include <span>
#include <vector>

#include "hsm/bytes.h"

namespace strongroom {

/// An allocator that overwrites what it frees, by a call the compiler may not drop
/// (explicit_bzero).
template <class T>
struct ZeroingAllocator {
  using value_type = T;
  ZeroingAllocator() = default;
  template <class U>
  explicit ZeroingAllocator(const ZeroingAllocator<U>&) noexcept {}
  T* allocate(std::size_t n) { return std::allocator<T>().allocate(n); }
  void deallocate(T* p, std::size_t n) noexcept {
    explicit_bzero(static_cast<void*>(p), n * sizeof(T));
    std::allocator<T>().deallocate(p, n);
  }
  friend bool operator==(const ZeroingAllocator&, const ZeroingAllocator&) { return true; }
};

/// A secret (PIN, data key, plaintext, secret access key): wiped when it ends or grows, move-only,
/// never printed. Reading goes through expose(), so that every use can be searched for.
class SecretBytes {
 public:
  SecretBytes() = default;
  /// `size` zero bytes, to be filled through exposeWritable().
  explicit SecretBytes(std::size_t size) : bytes_(size) {}
  /// A copy of `bytes`; wiping the original stays the caller's duty.
  explicit SecretBytes(ByteView bytes) : bytes_(bytes.begin(), bytes.end()) {}

  SecretBytes(SecretBytes&&) noexcept = default;
  SecretBytes& operator=(SecretBytes&&) noexcept = default;
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;

  ByteView expose() const { return bytes_; }
  std::span<std::byte> exposeWritable() { return bytes_; }
  void append(ByteView more) { bytes_.insert(bytes_.end(), more.begin(), more.end()); }
  /// Shrinks to `size` bytes and wipes the rest; `size` is at most size().
  void truncate(std::size_t size);
  std::size_t size() const { return bytes_.size(); }
  bool empty() const { return bytes_.empty(); }
  /// A second copy, asked for by name so that copies can be searched for.
  SecretBytes clone() const { return SecretBytes(expose()); }

  /// Constant-time for equal lengths; the length itself is not secret.
  friend bool operator==(const SecretBytes& a, const SecretBytes& b);

 private:
  std::vector<std::byte, ZeroingAllocator<std::byte>> bytes_;
};

/// Compares in time that depends on the lengths alone.
bool equalInConstantTime(ByteView a, ByteView b);

}  // namespace strongroom
