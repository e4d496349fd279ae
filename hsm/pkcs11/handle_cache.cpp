#include "hsm/pkcs11/handle_cache.h"

#include <mutex>

namespace strongroom::hsm::pkcs11 {
namespace {

/// Bounds the memory of absences; beyond it they are searched for again.
constexpr std::size_t kMaxAbsent = 4096;

}  // namespace

std::optional<CK_OBJECT_HANDLE> HandleCache::find(const KeyRef& ref,
                                                  std::uint64_t generation) const {
  const std::shared_lock lock(mutex_);
  if (generation != generation_) return std::nullopt;
  const auto entry = handles_.find(ref);
  if (entry == handles_.end()) return std::nullopt;
  return entry->second;
}

std::uint64_t HandleCache::generation() const {
  const std::shared_lock lock(mutex_);
  return generation_;
}

void HandleCache::replace(Handles handles, std::uint64_t generation) {
  const std::unique_lock lock(mutex_);
  handles_ = std::move(handles);
  absentUntil_.clear();
  generation_ = generation;
}

void HandleCache::insert(const KeyRef& ref, CK_OBJECT_HANDLE handle, std::uint64_t generation) {
  const std::unique_lock lock(mutex_);
  if (generation != generation_) return;
  handles_.insert_or_assign(ref, handle);
  absentUntil_.erase(ref);
}

void HandleCache::forget(const KeyRef& ref) {
  const std::unique_lock lock(mutex_);
  handles_.erase(ref);
}

void HandleCache::insertAbsent(const KeyRef& ref, std::uint64_t generation, Clock::time_point now) {
  const std::unique_lock lock(mutex_);
  if (generation != generation_) return;
  if (absentUntil_.size() >= kMaxAbsent) absentUntil_.clear();
  absentUntil_.insert_or_assign(ref, now + kAbsentFor);
}

bool HandleCache::isAbsent(const KeyRef& ref, std::uint64_t generation,
                           Clock::time_point now) const {
  const std::shared_lock lock(mutex_);
  if (generation != generation_) return false;
  const auto entry = absentUntil_.find(ref);
  return entry != absentUntil_.end() && now < entry->second;
}

std::size_t HandleCache::size() const {
  const std::shared_lock lock(mutex_);
  return handles_.size();
}

}  // namespace strongroom::hsm::pkcs11
