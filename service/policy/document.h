#pragma once

#include <string>
#include <string_view>

namespace strongroom::policy {

/// What keeps a text from being a policy document: "" when it is one. Checks the shape that
/// evaluation will rely on (one JSON object, no repeated members, a known Version, statements with
/// Effect Allow or Deny), not what it allows.
std::string defectOf(std::string_view document);

}  // namespace strongroom::policy
