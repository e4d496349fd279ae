#pragma once

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "hsm/bytes.h"

namespace strongroom::fuzz {

/// What a target does with one input; each file of this folder that is a target defines it. Only
/// the exceptions that the layer declares are caught there, so that any other ends the process.
void run(ByteView input);

/// Ends the process unless `holds`, saying `invariant` and where it stands: how a target reports
/// what is wrong without a crash of its own.
inline void require(bool holds, const char* invariant, const char* file = __builtin_FILE(),
                    int line = __builtin_LINE()) {
  if (holds) return;
  std::fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, invariant);
  std::abort();
}

/// An input taken apart from its front; what is short gives zeros and less text.
class Input {
 public:
  explicit Input(ByteView bytes) : rest_(bytes) {}

  bool empty() const { return rest_.empty(); }
  ByteView rest() const { return rest_; }
  ByteView bytes(std::size_t most) {
    const ByteView taken = rest_.first(std::min(most, rest_.size()));
    rest_ = rest_.subspan(taken.size());
    return taken;
  }
  template <class Unsigned = std::uint8_t>
  Unsigned number() {
    return readBigEndian<Unsigned>(bytes(sizeof(Unsigned)));
  }
  /// The text up to a separator, which goes too.
  std::string_view textUntil(char separator) {
    const std::string_view all = asText(rest_);
    const std::string_view text = all.substr(0, all.find(separator));
    rest_ = rest_.subspan(std::min(all.size(), text.size() + 1));
    return text;
  }

 private:
  ByteView rest_;
};

}  // namespace strongroom::fuzz
