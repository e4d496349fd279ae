#include "service/http/request_reader.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <charconv>
#include <cstring>
#include <limits>

namespace strongroom::http {

namespace {

namespace beast = boost::beast;

constexpr std::size_t kMaxFields = 100;
constexpr std::size_t kReserve = 16 * 1024;

std::string_view view(beast::string_view text) {
  return {text.data(), text.size()};
}

/// Collects one head and refuses what Beast lets through and we do not.
class HeadParser final : public beast::http::basic_parser<true> {
 public:
  explicit HeadParser(Request& request) : request_(request) {
    // The limits are kept by RequestReader and by the route. Not boost::none, which Beast 1.74
    // takes for zero.
    header_limit(std::numeric_limits<std::uint32_t>::max());
    body_limit(std::numeric_limits<std::uint64_t>::max());
  }

  bool parse(std::string_view bytes) {
    beast::error_code error;
    put(boost::asio::const_buffer(bytes.data(), bytes.size()), error);
    return !error && is_header_done();
  }

  /// Why a head that parse() let through cannot be served all the same.
  std::optional<Refusal> objection() const {
    if (hosts_ > 1 || (version_ == 11 && hosts_ == 0)) return Refusal::kMalformed;
    if (codings_ > 0) {
      // Chunked bodies are legal and no KMS client sends them: 411 asks for the form that we read
      // (RFC 9110, 15.5.12). Beside a Content-Length, or of another coding, the end of the body
      // would be a matter of opinion.
      return codings_ == 1 && lengths_ == 0 && chunkedOnly_ ? Refusal::kLengthRequired
                                                            : Refusal::kMalformed;
    }
    const bool carriesBody =
        request_.method == "POST" || request_.method == "PUT" || request_.method == "PATCH";
    if (carriesBody && lengths_ == 0) return Refusal::kLengthRequired;
    return std::nullopt;
  }

  /// Why parse() said no.
  Refusal refusal() const { return refusal_; }

  Head head() const {
    Head head;
    head.contentLength = length_;
    head.keepAlive = version_ == 11 && keep_alive();
    head.expectsContinue = version_ == 11 && expectsContinue_;
    return head;
  }

 private:
  void refuse(Refusal refusal, beast::error_code& error) {
    refusal_ = refusal;
    error = beast::http::error::bad_value;
  }

  void on_request_impl(beast::http::verb, beast::string_view method, beast::string_view target,
                       int version, beast::error_code& error) override {
    const auto printable = [](char c) { return c > 0x20 && c < 0x7F && c != '#'; };
    const bool originForm =
        !target.empty() && target.front() == '/' && std::ranges::all_of(target, printable);
    if (!originForm || (version != 10 && version != 11)) return refuse(Refusal::kMalformed, error);
    version_ = version;
    request_.method = view(method);
    const std::string_view text = view(target);
    const std::size_t mark = text.find('?');
    request_.path = text.substr(0, mark);
    if (mark != std::string_view::npos) request_.query = text.substr(mark + 1);
  }

  void on_field_impl(beast::http::field field, beast::string_view name, beast::string_view value,
                     beast::error_code& error) override {
    if (request_.headers.size() == kMaxFields) return refuse(Refusal::kHeadersTooLarge, error);
    request_.headers.push_back({std::string(view(name)), std::string(view(value))});
    const std::string& text = request_.headers.back().value;
    switch (field) {
      case beast::http::field::host:
        ++hosts_;
        if (text.empty() || text.find_first_of(" \t,/@") != std::string::npos) {
          refuse(Refusal::kMalformed, error);
        }
        break;
      case beast::http::field::content_length:
        if (++lengths_ > 1 || !readLength(text)) refuse(Refusal::kMalformed, error);
        break;
      case beast::http::field::transfer_encoding:
        ++codings_;
        chunkedOnly_ = equalNames(text, "chunked");
        break;
      case beast::http::field::expect:
        if (!equalNames(text, "100-continue")) refuse(Refusal::kMalformed, error);
        expectsContinue_ = true;
        break;
      default:
        break;
    }
  }

  /// Digits only: no sign, no list, no more than fit.
  bool readLength(std::string_view text) {
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), length_);
    return problem == std::errc() && end == text.data() + text.size();
  }

  // Beast reads the head only: bodies have a Content-Length and are copied by RequestReader.
  void on_response_impl(int, beast::string_view, int, beast::error_code&) override {}
  void on_header_impl(beast::error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, beast::error_code&) override {}
  std::size_t on_body_impl(beast::string_view, beast::error_code&) override { return 0; }
  void on_chunk_header_impl(std::uint64_t, beast::string_view, beast::error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view, beast::error_code&) override {
    return 0;
  }
  void on_finish_impl(beast::error_code&) override {}

  Request& request_;
  Refusal refusal_ = Refusal::kMalformed;
  int version_ = 0;
  int hosts_ = 0;
  int lengths_ = 0;
  int codings_ = 0;
  bool chunkedOnly_ = false;
  bool expectsContinue_ = false;
  std::size_t length_ = 0;
};

}  // namespace

RequestReader::RequestReader(std::size_t headerLimit) : headerLimit_(headerLimit) {}

void RequestReader::append(std::span<const char> bytes) {
  buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
}

RequestReader::Progress RequestReader::readHead(Request& request, Head& head, Refusal& refusal) {
  // What comes behind the limit does not count, however the bytes happen to be cut.
  const auto bytes = std::string_view(buffer_.data(), buffer_.size()).substr(0, headerLimit_);
  switch (scanner_.scan(bytes)) {
    case HeadScanner::State::kMalformed:
      refusal = Refusal::kMalformed;
      return Progress::kRefused;
    case HeadScanner::State::kIncomplete:
      refusal = Refusal::kHeadersTooLarge;
      return buffer_.size() >= headerLimit_ ? Progress::kRefused : Progress::kIncomplete;
    case HeadScanner::State::kComplete:
      break;
  }
  HeadParser parser(request);
  if (!parser.parse(bytes.substr(0, scanner_.size()))) {
    refusal = parser.refusal();
    return Progress::kRefused;
  }
  if (const auto objection = parser.objection()) {
    refusal = *objection;
    return Progress::kRefused;
  }
  head = parser.head();
  consume(scanner_.size());
  scanner_.reset();
  return Progress::kComplete;
}

void RequestReader::beginBody(Request& request, const Head& head) {
  const std::size_t here = std::min(buffer_.size(), head.contentLength);
  // One piece of memory for what most bodies are, so that growing leaves no copies behind.
  request.body.reserve(std::min(head.contentLength, kReserve));
  request.body.assign(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(here));
  consume(here);
}

void RequestReader::consume(std::size_t bytes) {
  if (bytes == 0) return;
  // A new buffer, so that the old one is wiped: no plaintext outlives its request here.
  buffer_ = SecretChars(buffer_.begin() + static_cast<std::ptrdiff_t>(bytes), buffer_.end());
}

}  // namespace strongroom::http
