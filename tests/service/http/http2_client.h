#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "service/http/protocol.h"

struct nghttp2_hd_inflater;

namespace strongroom::testing {

/// Frame types and flags of RFC 9113, section 6.
namespace h2 {
constexpr std::uint8_t kData = 0, kHeaders = 1, kPriority = 2, kRstStream = 3, kSettings = 4,
                       kPushPromise = 5, kPing = 6, kGoaway = 7, kWindowUpdate = 8,
                       kContinuation = 9;
constexpr std::uint8_t kEndStream = 0x1, kAck = 0x1, kEndHeaders = 0x4, kPadded = 0x8,
                       kPriorityFlag = 0x20;
constexpr std::uint32_t kNoError = 0, kProtocolError = 1, kInternalError = 2, kFlowControlError = 3,
                        kSettingsTimeout = 4, kStreamClosed = 5, kFrameSizeError = 6,
                        kRefusedStream = 7, kCancel = 8, kCompressionError = 9,
                        kEnhanceYourCalm = 11;
}  // namespace h2

using Http2Fields = std::vector<std::pair<std::string, std::string>>;

/// A frame with its header, whatever it says.
std::string http2Frame(std::uint8_t type, std::uint8_t flags, std::uint32_t stream,
                       std::string_view payload = {});
/// `value` in 4 bytes, the first the highest.
std::string bigEndian(std::uint32_t value);
/// One entry of a SETTINGS frame.
std::string http2Setting(std::uint16_t id, std::uint32_t value);
/// A header block of literal fields, valid or not.
std::string headerBlock(const Http2Fields& fields);

/// A peer that speaks to a protocol in this process, frame by frame, as wrong as the test wants it.
class Http2Client {
 public:
  struct Answer {
    int status = 0;
    std::vector<int> informational;
    Http2Fields fields;
    std::string body;
    bool ended = false;
    std::optional<std::uint32_t> reset;  ///< the error code

    std::string field(std::string_view name) const;
  };

  explicit Http2Client(http::Protocol& protocol);
  ~Http2Client();
  Http2Client(const Http2Client&) = delete;
  Http2Client& operator=(const Http2Client&) = delete;

  /// Sends bytes, whether the protocol wants them or not.
  void send(std::string_view bytes);
  void send(std::uint8_t type, std::uint8_t flags, std::uint32_t stream,
            std::string_view payload = {});
  /// Preface, SETTINGS with `settings`, and the acknowledgement of the server's.
  void settle(std::string_view settings = {});
  void get(std::uint32_t stream, const std::string& path);
  /// The head of a POST to /echo, with more fields.
  void post(std::uint32_t stream, const Http2Fields& more = {});
  void request(std::uint32_t stream, const Http2Fields& fields, bool ends = true);
  void data(std::uint32_t stream, std::string_view bytes, bool ends = true);

  /// Takes all output, in steps of up to `step` bytes.
  void take(std::size_t step = 100'000);
  const Answer& answer(std::uint32_t stream) { return answers_[stream]; }
  /// The error code of the last GOAWAY, and the last stream that it names.
  std::optional<std::uint32_t> goaway() const { return goaway_; }
  std::uint32_t lastStream() const { return lastStream_; }
  /// How many frames of that type have come.
  int count(std::uint8_t type) const;

  std::chrono::steady_clock::time_point now{};  ///< what the protocol is told

 private:
  void onFrame(std::uint8_t type, std::uint8_t flags, std::uint32_t stream,
               std::string_view payload);
  void onHeaders(Answer& answer, std::string_view block);

  http::Protocol& protocol_;
  nghttp2_hd_inflater* inflater_ = nullptr;
  std::string input_;
  std::map<std::uint32_t, Answer> answers_;
  std::map<std::uint8_t, int> counts_;
  std::optional<std::uint32_t> goaway_;
  std::uint32_t lastStream_ = 0;
};

}  // namespace strongroom::testing
