#include "tests/service/http/http2_client.h"

#include <gtest/gtest.h>
#include <nghttp2/nghttp2.h>

#include <algorithm>

namespace strongroom::testing {

namespace {

constexpr std::size_t kFrameHeader = 9;

std::uint32_t number(std::string_view bytes) {
  std::uint32_t value = 0;
  for (const char c : bytes) value = value << 8 | static_cast<std::uint8_t>(c);
  return value;
}

/// An integer with a prefix of seven bits (RFC 7541, 5.1).
std::string prefixed(std::size_t value) {
  if (value < 127) return {static_cast<char>(value)};
  std::string text(1, 127);
  for (value -= 127; value >= 128; value /= 128) text += static_cast<char>(value % 128 + 128);
  return text += static_cast<char>(value);
}

}  // namespace

std::string bigEndian(std::uint32_t value) {
  std::string text;
  for (int shift = 24; shift >= 0; shift -= 8) text += static_cast<char>(value >> shift & 0xFF);
  return text;
}

std::string http2Frame(std::uint8_t type, std::uint8_t flags, std::uint32_t stream,
                       std::string_view payload) {
  std::string frame = bigEndian(static_cast<std::uint32_t>(payload.size())).substr(1);
  frame += static_cast<char>(type);
  frame += static_cast<char>(flags);
  return frame.append(bigEndian(stream)).append(payload);
}

std::string http2Setting(std::uint16_t id, std::uint32_t value) {
  return bigEndian(id).substr(2) + bigEndian(value);
}

std::string headerBlock(const Http2Fields& fields) {
  std::string block;
  for (const auto& [name, value] : fields) {
    block += '\0';  // literal, not indexed, new name (RFC 7541, 6.2.2)
    block.append(prefixed(name.size())).append(name);
    block.append(prefixed(value.size())).append(value);
  }
  return block;
}

std::string Http2Client::Answer::field(std::string_view name) const {
  const auto at = std::ranges::find(fields, name, &Http2Fields::value_type::first);
  return at == fields.end() ? "" : at->second;
}

Http2Client::Http2Client(http::Protocol& protocol) : protocol_(protocol) {
  nghttp2_hd_inflate_new(&inflater_);
}

Http2Client::~Http2Client() {
  nghttp2_hd_inflate_del(inflater_);
}

void Http2Client::send(std::string_view bytes) {
  protocol_.receive(bytes, now);
}

void Http2Client::send(std::uint8_t type, std::uint8_t flags, std::uint32_t stream,
                       std::string_view payload) {
  send(http2Frame(type, flags, stream, payload));
}

void Http2Client::settle(std::string_view settings) {
  send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  send(h2::kSettings, 0, 0, settings);
  take();
  send(h2::kSettings, h2::kAck, 0);
}

void Http2Client::get(std::uint32_t stream, const std::string& path) {
  request(stream, {{":method", "GET"}, {":scheme", "https"}, {":authority", "s"}, {":path", path}});
}

void Http2Client::post(std::uint32_t stream, const Http2Fields& more) {
  Http2Fields fields{
      {":method", "POST"}, {":scheme", "https"}, {":authority", "s"}, {":path", "/echo"}};
  fields.insert(fields.end(), more.begin(), more.end());
  request(stream, fields, false);
}

void Http2Client::request(std::uint32_t stream, const Http2Fields& fields, bool ends) {
  const std::string block = headerBlock(fields);
  constexpr std::size_t kMost = 16'384;
  const std::uint8_t end = ends ? h2::kEndStream : 0;
  std::size_t at = std::min(kMost, block.size());
  send(h2::kHeaders, end | (at == block.size() ? h2::kEndHeaders : 0), stream, block.substr(0, at));
  while (at < block.size()) {
    const std::string piece = block.substr(at, kMost);
    at += piece.size();
    send(h2::kContinuation, at == block.size() ? h2::kEndHeaders : 0, stream, piece);
  }
}

void Http2Client::data(std::uint32_t stream, std::string_view bytes, bool ends) {
  send(h2::kData, ends ? h2::kEndStream : 0, stream, bytes);
}

void Http2Client::take(std::size_t step) {
  for (;;) {
    const std::string_view output = protocol_.output().substr(0, step);
    if (output.empty()) break;
    input_ += output;
    protocol_.sent(output.size(), now);
  }
  while (input_.size() >= kFrameHeader) {
    const std::size_t length = number(std::string_view(input_).substr(0, 3));
    if (input_.size() < kFrameHeader + length) break;
    const std::string frame = input_.substr(0, kFrameHeader + length);
    input_.erase(0, frame.size());
    onFrame(static_cast<std::uint8_t>(frame[3]), static_cast<std::uint8_t>(frame[4]),
            number(std::string_view(frame).substr(5, 4)),
            std::string_view(frame).substr(kFrameHeader));
  }
}

int Http2Client::count(std::uint8_t type) const {
  const auto at = counts_.find(type);
  return at == counts_.end() ? 0 : at->second;
}

void Http2Client::onFrame(std::uint8_t type, std::uint8_t flags, std::uint32_t stream,
                          std::string_view payload) {
  ++counts_[type];
  if (type == h2::kGoaway) {
    lastStream_ = number(payload.substr(0, 4));
    goaway_ = number(payload.substr(4, 4));
  }
  if (stream == 0) return;
  Answer& answer = answers_[stream];
  EXPECT_FALSE(answer.reset) << "a frame after RST_STREAM";
  if (type == h2::kRstStream) {
    answer.reset = number(payload);
  } else if (type == h2::kHeaders || type == h2::kData) {
    EXPECT_FALSE(answer.ended) << "a frame after END_STREAM";
    answer.ended = (flags & h2::kEndStream) != 0;
    if (type == h2::kData) answer.body += payload;
    if (type == h2::kHeaders) onHeaders(answer, payload);
  }
}

void Http2Client::onHeaders(Answer& answer, std::string_view block) {
  const auto* in = reinterpret_cast<const std::uint8_t*>(block.data());
  std::size_t left = block.size();
  Http2Fields fields;
  for (int flags = 0; !(flags & NGHTTP2_HD_INFLATE_FINAL);) {
    nghttp2_nv pair{};
    const auto used = nghttp2_hd_inflate_hd2(inflater_, &pair, &flags, in, left, 1);
    ASSERT_GE(used, 0) << "a header block that does not decompress";
    in += used;
    left -= static_cast<std::size_t>(used);
    if (!(flags & NGHTTP2_HD_INFLATE_EMIT)) continue;
    fields.emplace_back(std::string(reinterpret_cast<char*>(pair.name), pair.namelen),
                        std::string(reinterpret_cast<char*>(pair.value), pair.valuelen));
  }
  nghttp2_hd_inflate_end_headers(inflater_);
  ASSERT_FALSE(fields.empty());
  ASSERT_EQ(fields.front().first, ":status");
  const int status = std::stoi(fields.front().second);
  if (status < 200) {
    answer.informational.push_back(status);
  } else {
    answer.status = status;
    answer.fields = std::move(fields);
  }
}

}  // namespace strongroom::testing
