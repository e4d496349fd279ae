#pragma once

#include "service/api/aws/answer.h"
#include "service/api/aws/limits.h"
#include "service/api/aws/members.h"
#include "service/operations/paging.h"

namespace strongroom::api::aws {

/// Reads Limit (1 to `most`; `usual` when absent) and Marker.
inline operations::PageRequest readPage(Members& members, std::int64_t usual, std::int64_t most) {
  operations::PageRequest page;
  page.limit = static_cast<std::size_t>(members.integer("Limit", {1, most}).value_or(usual));
  page.marker = members.text("Marker", kMarkerLength);
  return page;
}

/// Writes Truncated, and NextMarker when there is more.
inline void writePage(Answer& answer, const std::optional<std::string>& nextMarker) {
  answer.flag("Truncated", nextMarker.has_value());
  if (nextMarker) answer.text("NextMarker", *nextMarker);
}

}  // namespace strongroom::api::aws
