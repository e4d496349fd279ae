#pragma once

#include <optional>
#include <string_view>

#include "service/http/message.h"
#include "service/http/route.h"

namespace strongroom::http {

/// Makes a request's head out of the fields of an HTTP/2 header block, under the rules that the
/// front for HTTP/1.1 has, and turns down what two readers could understand differently (RFC 9113,
/// 8.2 and 8.3). Relies on nghttp2 for what a field may consist of.
class Http2Head {
 public:
  /// `limit`: bytes of all names and values and 32 for each field (RFC 9113, 6.5.2).
  explicit Http2Head(std::size_t limit) : limit_(limit) {}

  /// Takes the next field. ":authority" becomes the header "host", which signatures are made over.
  void add(std::string_view name, std::string_view value, Request& request);
  /// After the last field: why the request cannot be served.
  std::optional<Refusal> objection(const Request& request) const;

  /// As the limit counts.
  std::size_t size() const { return size_; }
  /// What Content-Length declares.
  std::optional<std::size_t> contentLength() const { return length_; }
  /// The client waits for the status 100 before it sends the body.
  bool expectsContinue() const { return expectsContinue_; }

 private:
  void addPseudo(std::string_view name, std::string_view value, Request& request);
  void setTarget(std::string_view target, Request& request);
  void setHost(std::string_view value, bool isAuthority, Request& request);
  void setLength(std::string_view value);

  std::size_t limit_;
  std::size_t size_ = 0;
  bool tooLarge_ = false;
  bool malformed_ = false;
  bool https_ = false;
  bool expectsContinue_ = false;
  std::optional<std::string> host_;
  std::optional<std::size_t> length_;
};

}  // namespace strongroom::http
