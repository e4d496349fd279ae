#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "service/http/token_bucket.h"

namespace strongroom::http {

/// Reads the frame headers of what a peer of HTTP/2 sends (RFC 9113, 4.1) and says when it sends
/// more of them than the requests that it makes can need: PING, SETTINGS, RST_STREAM, CONTINUATION,
/// empty DATA, anything for streams that are closed, types that nobody knows (RFC 9113, 10.5). It
/// sees frames that nghttp2 drops without a word.
class Http2FloodGuard {
 public:
  using Clock = TokenBucket::Clock;

  explicit Http2FloodGuard(Clock::time_point now);

  /// Looks at bytes from the wire, in their order. False: the peer is over its budget.
  bool receive(std::span<const char> bytes, Clock::time_point now);
  /// A stream was refused or reset. False: that is one too many.
  bool countLoss(Clock::time_point now) { return losses_.take(now); }
  /// A request is complete.
  void creditRequest();
  /// A DATA frame went out, which the peer may acknowledge by WINDOW_UPDATE.
  void creditOutput();

  /// Not between two frames.
  bool isInFrame() const { return skip_ > 0 || filled_ > 0; }
  /// A header block has begun and not ended.
  bool isInHeaderBlock() const { return inBlock_; }
  /// When it began.
  Clock::time_point blockBegan() const { return blockBegan_; }

 private:
  bool onFrame(Clock::time_point now);

  TokenBucket frames_;
  TokenBucket losses_;
  std::array<std::uint8_t, 9> header_{};
  std::size_t filled_ = 0;  ///< bytes of header_ that have come
  std::size_t skip_ = 0;    ///< bytes of the preface or of a payload that are still to come
  bool inBlock_ = false;
  bool blockEnds_ = false;  ///< with the payload that is being skipped
  Clock::time_point blockBegan_{};
};

}  // namespace strongroom::http
