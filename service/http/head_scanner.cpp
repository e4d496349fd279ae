#include "service/http/head_scanner.h"

namespace strongroom::http {

HeadScanner::State HeadScanner::scan(std::string_view bytes) {
  while (position_ < bytes.size()) {
    const char c = bytes[position_];
    if (afterCarriageReturn_) {
      if (c != '\n') return State::kMalformed;
      const bool emptyLine = position_ == lineStart_ + 1;
      afterCarriageReturn_ = false;
      lineStart_ = ++position_;
      // An empty line before the request line is tolerated by RFC 9112 (2.2); no client of ours
      // sends one.
      if (emptyLine) return position_ == 2 ? State::kMalformed : State::kComplete;
      continue;
    }
    if (c == '\r') {
      afterCarriageReturn_ = true;
    } else if ((static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F) {
      return State::kMalformed;
    } else if (position_ == lineStart_ && (c == ' ' || c == '\t')) {
      return State::kMalformed;
    }
    ++position_;
  }
  return State::kIncomplete;
}

}  // namespace strongroom::http
