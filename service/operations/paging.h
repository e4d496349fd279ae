#pragma once

#include <optional>
#include <string>

namespace strongroom::operations {

/// Which page of a listing: how many entries at most, and after which one. A marker is what the
/// page before gave.
struct PageRequest {
  std::size_t limit = 0;
  std::optional<std::string> marker;
};

/// Reads a marker that counts the entries before it; 0 without one. Throws Error kInvalidMarker
/// unless it is a number of at most `entries`.
std::size_t positionOf(const std::optional<std::string>& marker, std::size_t entries);

}  // namespace strongroom::operations
