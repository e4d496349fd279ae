#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hsm/secret_bytes.h"

namespace strongroom::http {

/// Text that may hold secrets (bodies carry plaintexts): wiped when freed.
using SecretChars = std::vector<char, ZeroingAllocator<char>>;

/// One header field as it came: name and value with the bytes of the wire, outer white space of the
/// value removed.
struct Header {
  std::string name;
  std::string value;
};

/// A request, complete and within its limits. Headers keep their order and repetitions.
struct Request {
  std::string method;
  std::string path;   ///< as sent, not decoded; without the query
  std::string query;  ///< as sent, after '?', which is not included
  std::vector<Header> headers;
  SecretChars body;
  std::string requestId;  ///< made by us, a UUID; in every log line and answer
  std::string peer;       ///< address and port of the client, for logs

  /// The values of all headers of that name, compared without case.
  std::vector<std::string_view> headerValues(std::string_view name) const;
  /// The value when the header occurs exactly once.
  std::optional<std::string_view> header(std::string_view name) const;
  std::string_view bodyText() const { return {body.data(), body.size()}; }
};

/// An answer. Content-Length, Date and Connection are the server's to add.
struct Response {
  int status = 200;
  std::string contentType;  ///< empty when there is no body
  std::vector<Header> headers;
  SecretChars body;

  // Not sent: for the request log and the metrics.
  std::string operation;  ///< "Decrypt"; empty when the request named none that exists
  std::string error;      ///< "InvalidCiphertextException"; empty on success
  std::string fault;      ///< what went wrong on our side, in words for the log alone
  std::string caller;     ///< the access key id, once proven

  void setBody(std::string_view text) { body.assign(text.begin(), text.end()); }
};

/// True when two header names are equal, ASCII letters compared without case.
bool equalNames(std::string_view a, std::string_view b);

}  // namespace strongroom::http
