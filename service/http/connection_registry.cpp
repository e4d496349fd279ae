#include "service/http/connection_registry.h"

#include <sys/socket.h>

#include <algorithm>

namespace strongroom::http {

namespace {

/// Wakes a reader as if its peer had ended the connection. Bytes that have arrived can still be
/// read after this: a request that is whole is served.
void endReading(int descriptor) {
  ::shutdown(descriptor, SHUT_RD);
}

}  // namespace

ConnectionRegistry::Entry::Entry(ConnectionRegistry& registry, int descriptor)
    : registry_(registry), descriptor_(descriptor) {
  const std::lock_guard lock(registry_.mutex_);
  registry_.entries_.insert(this);
  rank_ = registry_.entries_.size();
}

ConnectionRegistry::Entry::~Entry() {
  const std::lock_guard lock(registry_.mutex_);
  registry_.entries_.erase(this);
  if (registry_.entries_.empty()) registry_.empty_.notify_all();
}

bool ConnectionRegistry::Entry::becomeIdle() {
  // In this order: beginDrain() sets its flag before it looks at ours, so one of the two sees the
  // other.
  idleSince_ = std::chrono::steady_clock::now().time_since_epoch().count();
  return !ends();
}

bool ConnectionRegistry::makeRoom(std::size_t most) {
  const std::lock_guard lock(mutex_);
  const auto staying =
      std::ranges::count_if(entries_, [](const Entry* entry) { return !entry->ending_; });
  if (static_cast<std::size_t>(staying) <= most) return true;
  Entry* longest = nullptr;
  Entry::Ticks since = 0;
  for (Entry* entry : entries_) {
    const Entry::Ticks idleSince = entry->idleSince_;
    if (idleSince == Entry::kBusy || entry->proven_ || entry->ending_) continue;
    if (longest && since <= idleSince) continue;
    longest = entry;
    since = idleSince;
  }
  if (!longest) return false;
  longest->ending_ = true;
  endReading(longest->descriptor_);
  return true;
}

void ConnectionRegistry::beginDrain() {
  draining_ = true;
  const std::lock_guard lock(mutex_);
  for (const Entry* entry : entries_) {
    if (entry->idleSince_ != Entry::kBusy) endReading(entry->descriptor_);
  }
}

bool ConnectionRegistry::awaitEmpty(std::chrono::steady_clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  return empty_.wait_until(lock, deadline, [this] { return entries_.empty(); });
}

void ConnectionRegistry::cut() {
  const std::lock_guard lock(mutex_);
  for (const Entry* entry : entries_) ::shutdown(entry->descriptor_, SHUT_RDWR);
}

}  // namespace strongroom::http
