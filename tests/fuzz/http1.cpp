// The HTTP/1.1 front end, sans I/O. Input: the size of the pieces in which the bytes come, then a
// connection's bytes.
#include "service/http/request_reader.h"

#include <optional>

#include "tests/fuzz/fuzz.h"

namespace strongroom::fuzz {
namespace {

constexpr std::size_t kHeaderLimit = 1024;
constexpr std::size_t kBodyLimit = 4096;

/// Everything that a connection's bytes come to, as text to be compared.
struct Outcome {
  std::string requests;
  std::optional<http::Refusal> refusal;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

bool isBlank(char c) {
  return c == ' ' || c == '\t';
}

void checkText(std::string_view text) {
  require(std::ranges::none_of(
              text,
              [](char c) { return (static_cast<unsigned char>(c) < 32 && c != '\t') || c == 127; }),
          "no control character is let through");
}

/// What any reader of the request has to agree with.
void checkHead(const http::Request& request, const http::Head& head) {
  require(!request.method.empty() && request.path.starts_with('/'), "there are method and path");
  require((request.path + request.query).find_first_of(" #") == std::string::npos,
          "the target is one word without a fragment");
  require(request.headers.size() <= 100, "the number of fields is bounded");
  std::size_t size = request.method.size() + request.path.size() + request.query.size();
  for (const auto& [name, value] : request.headers) {
    require(!name.empty() && name.find_first_of(" \t:") == std::string::npos, "a name is a token");
    require(value.empty() || (!isBlank(value.front()) && !isBlank(value.back())),
            "values have no white space around");
    checkText(name + value);
    size += name.size() + value.size();
  }
  checkText(request.method + request.path + request.query);
  require(size <= kHeaderLimit, "the head is within its limit");

  const auto lengths = request.headerValues("content-length");
  require(request.headerValues("transfer-encoding").empty(), "no other framing is taken");
  require(request.headerValues("host").size() <= 1, "there is one host at most");
  require(lengths.size() <= 1, "there is one length at most");
  require(head.contentLength == 0 || lengths.size() == 1, "a length is one that was sent");
  if (lengths.size() == 1) {
    const std::string_view digits = lengths[0];
    require(!digits.empty() && digits.find_first_not_of("0123456789") == std::string_view::npos,
            "a length is digits");
    const std::size_t leading = std::min(digits.find_first_not_of('0'), digits.size() - 1);
    require(digits.substr(leading) == std::to_string(head.contentLength), "a length is its number");
  } else {
    require(request.method != "POST" && request.method != "PUT", "a body's length was sent");
  }
}

void describe(const http::Request& request, const http::Head& head, std::string& out) {
  out += request.method + ' ' + request.path + '?' + request.query + '\n';
  for (const auto& [name, value] : request.headers) out += name + ':' + value + '\n';
  out += std::to_string(head.contentLength) + (head.keepAlive ? " keep" : " close") +
         (head.expectsContinue ? " continue\n" : "\n") + std::string(request.bodyText()) + '\n';
}

/// A connection as Http1Protocol leads it.
Outcome read(ByteView bytes, std::size_t piece) {
  Outcome outcome;
  Input input(bytes);
  http::RequestReader reader(kHeaderLimit);
  for (bool open = true; open;) {
    http::Request request;
    http::Head head;
    http::Refusal refusal{};
    auto progress = reader.readHead(request, head, refusal);
    while (progress == http::RequestReader::Progress::kIncomplete) {
      const ByteView come = input.bytes(piece);
      if (come.empty()) return outcome;
      reader.append(asText(come));
      progress = reader.readHead(request, head, refusal);
    }
    if (progress == http::RequestReader::Progress::kRefused) {
      outcome.refusal = refusal;
      return outcome;
    }
    checkHead(request, head);
    if (head.contentLength > kBodyLimit) return outcome;  // Pipeline::match() refuses it
    reader.beginBody(request, head);
    require(request.body.size() <= head.contentLength, "the body is no longer than declared");
    while (request.body.size() < head.contentLength) {
      const std::string_view come =
          asText(input.bytes(std::min(piece, head.contentLength - request.body.size())));
      if (come.empty()) return outcome;
      request.body.insert(request.body.end(), come.begin(), come.end());
    }
    describe(request, head, outcome.requests);
    open = head.keepAlive;
  }
  return outcome;
}

}  // namespace

void run(ByteView bytes) {
  Input input(bytes);
  const std::size_t piece = 1 + input.number() % 64;
  const Outcome outcome = read(input.rest(), piece);
  require(read(input.rest(), 1) == outcome, "byte by byte it says the same");
  require(read(input.rest(), bytes.size()) == outcome, "at once it says the same");
}

}  // namespace strongroom::fuzz
