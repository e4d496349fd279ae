#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "service/auth/sigv4.h"
#include "service/http/message.h"

namespace strongroom::auth {

/// A signed request of tests/vectors/sigv4.json and what is needed to verify it.
struct Vector {
  std::string name;
  keys::TimePoint time;
  Scope scope;
  std::string accessKeyId;
  std::string secretAccessKey;
  http::Request request;
};

/// Every vector of the file, in its order.
const std::vector<Vector>& vectors();

/// For GoogleTest's messages.
inline void PrintTo(const Vector& vector, std::ostream* out) {
  *out << vector.name;
}

}  // namespace strongroom::auth
