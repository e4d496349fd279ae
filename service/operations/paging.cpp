#include "service/operations/paging.h"

#include <charconv>

#include "service/operations/error.h"

namespace strongroom::operations {

std::size_t positionOf(const std::optional<std::string>& marker, std::size_t entries) {
  if (!marker) return 0;
  std::size_t position = 0;
  const char* const end = marker->data() + marker->size();
  const auto [stopped, failure] = std::from_chars(marker->data(), end, position);
  if (failure != std::errc() || stopped != end || position > entries) {
    throw Error(ErrorCode::kInvalidMarker, "Could not deserialize the marker");
  }
  return position;
}

}  // namespace strongroom::operations
