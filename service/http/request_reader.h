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

  /// Room for bytes from the wire, never empty while readHead() says kIncomplete; tell commit() how
  /// many came.
  std::span<char> space();
  void commit(std::size_t bytes) { filled_ += bytes; }

  /// True when no byte of a next request has come.
  bool empty() const { return filled_ == 0; }

  enum class Progress { kIncomplete, kComplete, kRefused };

  /// Reads the next head, once it is complete, into `request` and `head`; says in `refusal` why
  /// not.
  Progress readHead(Request& request, Head& head, Refusal& refusal);

  /// Makes room for the body, moves into it what has come of it and returns how much that is. The
  /// rest is for the caller to read straight into `request.body`, so that a plaintext has no second
  /// copy.
  std::size_t beginBody(Request& request, const Head& head);

 private:
  void consume(std::size_t bytes);

  SecretChars buffer_;
  std::size_t filled_ = 0;
  HeadScanner scanner_;
};

}  // namespace strongroom::http
