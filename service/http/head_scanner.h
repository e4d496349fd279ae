#pragma once

#include <cstddef>
#include <string_view>

namespace strongroom::http {

/// Finds the end of a request's head in bytes as they arrive, and stops at the first byte that a
/// strict reader may not let through: a control character (NUL among them), a bare CR or LF, a line
/// that begins with white space (obs-fold). What those mean differs from server to server, which is
/// what request smuggling lives on. Looks at each byte once.
class HeadScanner {
 public:
  enum class State { kIncomplete, kComplete, kMalformed };

  /// Goes on where the last call stopped; `bytes` is the whole head so far. After kComplete size()
  /// is its length.
  State scan(std::string_view bytes);
  /// The length of the head with its empty line.
  std::size_t size() const { return position_; }
  void reset() { *this = HeadScanner(); }

 private:
  std::size_t position_ = 0;
  std::size_t lineStart_ = 0;
  bool afterCarriageReturn_ = false;
};

}  // namespace strongroom::http
