#pragma once

#include <cstdint>

namespace strongroom::http {

/// Raises the process's soft limit of open files (RLIMIT_NOFILE) to the hard one and returns the
/// limit that holds then. Never throws: when it cannot be raised, it stays. Thread-safe.
std::uint64_t raiseDescriptorLimit() noexcept;

}  // namespace strongroom::http
