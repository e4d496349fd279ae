#pragma once

#include <cstddef>
#include <span>

#include "service/http/head_scanner.h"
#include "service/http/message.h"
#include "service/http/route.h"

namespace strongroom::http {

/// What a head says about the rest of its request and of its connection.
struct Head {
  std::size_t contentLength = 0;
  bool keepAlive = false;        ///< HTTP/1.1 without "Connection: close"
  bool expectsContinue = false;  ///< the client waits for "100 Continue" before it sends the body
};

/// Takes the bytes of a connection apart into requests. Does no I/O and knows no time; one per
/// connection. Bytes behind a request stay for the next one. Refuses whatever two readers could
/// understand differently (docs/adr/0001-http-parser.md).
class RequestReader {
 public:
  /// `headerLimit`: bytes of request line and header fields together.
  explicit RequestReader(std::size_t headerLimit);
  RequestReader(const RequestReader&) = delete;
  RequestReader& operator=(const RequestReader&) = delete;

  /// Bytes from the wire. Heads longer than the limit are refused by readHead(); it is for the
  /// caller to give it no more before that.
  void append(std::span<const char> bytes);

  /// True when no byte of a next request has come.
  bool empty() const { return buffer_.empty(); }

  enum class Progress { kIncomplete, kComplete, kRefused };

  /// Reads the next head, once it is complete, into `request` and `head`; says in `refusal` why
  /// not.
  Progress readHead(Request& request, Head& head, Refusal& refusal);

  /// Moves into the request's body what has come of it. The rest is for the caller to append: a
  /// length that is only declared takes no memory.
  void beginBody(Request& request, const Head& head);

 private:
  void consume(std::size_t bytes);

  const std::size_t headerLimit_;
  SecretChars buffer_;  ///< what has come and is not taken; no memory when that is nothing
  HeadScanner scanner_;
};

}  // namespace strongroom::http
