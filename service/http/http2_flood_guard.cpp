#include "service/http/http2_flood_guard.h"

namespace strongroom::http {

namespace {

constexpr std::size_t kPrefaceSize = 24;  // RFC 9113, 3.4

constexpr double kFrameBurst = 1'000;
constexpr double kFramesPerSecond = 100;
/// HEADERS, some DATA, and the WINDOW_UPDATEs and a PING that clients like to send along.
constexpr double kFramesPerRequest = 8;
/// WINDOW_UPDATE of the stream and of the connection.
constexpr double kFramesPerOutput = 2;

constexpr double kLossBurst = 200;
constexpr double kLossesPerSecond = 20;

/// A DATA frame up to this long may be nothing but padding (RFC 9113, 6.1).
constexpr std::size_t kLongestPadding = 256;

constexpr std::uint8_t kData = 0x0;
constexpr std::uint8_t kHeaders = 0x1;
constexpr std::uint8_t kRstStream = 0x3;
constexpr std::uint8_t kContinuation = 0x9;
constexpr std::uint8_t kEndHeaders = 0x4;

}  // namespace

Http2FloodGuard::Http2FloodGuard(Clock::time_point now)
    : frames_(kFrameBurst, kFramesPerSecond, now),
      losses_(kLossBurst, kLossesPerSecond, now),
      skip_(kPrefaceSize) {}

void Http2FloodGuard::creditRequest() {
  frames_.earn(kFramesPerRequest);
}

void Http2FloodGuard::creditOutput() {
  frames_.earn(kFramesPerOutput);
}

bool Http2FloodGuard::receive(std::span<const char> bytes, Clock::time_point now) {
  while (!bytes.empty()) {
    if (skip_ > 0) {
      const std::size_t step = std::min(skip_, bytes.size());
      skip_ -= step;
      bytes = bytes.subspan(step);
    } else {
      header_[filled_++] = static_cast<std::uint8_t>(bytes.front());
      bytes = bytes.subspan(1);
      if (filled_ < header_.size()) continue;
      filled_ = 0;
      if (!onFrame(now)) return false;
    }
    if (skip_ == 0 && blockEnds_) inBlock_ = blockEnds_ = false;
  }
  return true;
}

bool Http2FloodGuard::onFrame(Clock::time_point now) {
  const std::size_t length =
      std::size_t{header_[0]} << 16 | std::size_t{header_[1]} << 8 | header_[2];
  const std::uint8_t type = header_[3];
  skip_ = length;
  if (type == kHeaders || type == kContinuation) {
    if (!inBlock_) blockBegan_ = now;
    inBlock_ = true;
    blockEnds_ = (header_[4] & kEndHeaders) != 0;
  }
  if (type == kData && length > kLongestPadding) return true;
  return frames_.take(now) && (type != kRstStream || losses_.take(now));
}

}  // namespace strongroom::http
