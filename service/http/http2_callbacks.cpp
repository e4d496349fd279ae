#include "service/http/http2_callbacks.h"

#include <algorithm>

namespace strongroom::http {

namespace {

constexpr std::size_t kFrameHeader = 9;

std::span<const char> span(const std::uint8_t* bytes, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

std::string_view view(const std::uint8_t* bytes, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

std::uint32_t streamOf(const nghttp2_frame* frame) {
  return static_cast<std::uint32_t>(frame->hd.stream_id);
}

bool isRequest(const nghttp2_frame* frame) {
  return frame->hd.type == NGHTTP2_HEADERS && frame->headers.cat == NGHTTP2_HCAT_REQUEST;
}

template <class Call>
int guard(void* self, Call&& call) noexcept {
  try {
    return call(*static_cast<Http2Session*>(self));
  } catch (...) {
    return NGHTTP2_ERR_CALLBACK_FAILURE;
  }
}

}  // namespace

void Http2Callbacks::install(nghttp2_session_callbacks* table) {
  nghttp2_session_callbacks_set_on_begin_headers_callback(table, onBegin);
  nghttp2_session_callbacks_set_on_header_callback(table, onField);
  nghttp2_session_callbacks_set_on_invalid_header_callback(table, onInvalidField);
  nghttp2_session_callbacks_set_on_frame_recv_callback(table, onFrame);
  nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(table, onInvalidFrame);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(table, onData);
  nghttp2_session_callbacks_set_on_stream_close_callback(table, onClosed);
  nghttp2_session_callbacks_set_on_frame_send_callback(table, onSent);
  nghttp2_session_callbacks_set_send_data_callback(table, onSendData);
}

int Http2Callbacks::onBegin(Raw*, const nghttp2_frame* frame, void* self) {
  return guard(self, [&](Http2Session& session) {
    session.fieldBytes_ = 0;
    if (isRequest(frame)) session.events_.onBegin(streamOf(frame));
    return 0;
  });
}

int Http2Callbacks::onField(Raw*, const nghttp2_frame* frame, const Byte* name,
                            std::size_t nameSize, const Byte* value, std::size_t valueSize, Byte,
                            void* self) {
  return guard(self, [&](Http2Session& session) {
    session.fieldBytes_ += nameSize + valueSize;
    // A few bytes of HPACK can name thousands: far beyond the limit the block is read on without us
    // and the stream reset; up to there it is told what is wrong.
    if (session.fieldBytes_ > 2 * session.headerListSize_) {
      return static_cast<int>(NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE);
    }
    if (isRequest(frame)) {
      session.events_.onField(streamOf(frame), view(name, nameSize), view(value, valueSize));
    }
    return 0;
  });
}

int Http2Callbacks::onInvalidField(Raw*, const nghttp2_frame*, const Byte*, std::size_t,
                                   const Byte*, std::size_t, Byte, void*) {
  return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
}

int Http2Callbacks::onFrame(Raw*, const nghttp2_frame* frame, void* self) {
  return guard(self, [&](Http2Session& session) {
    const bool ends = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
    const bool acknowledges = (frame->hd.flags & NGHTTP2_FLAG_ACK) != 0;
    switch (frame->hd.type) {
      case NGHTTP2_HEADERS:
        if (isRequest(frame)) {
          session.events_.onHead(streamOf(frame), ends);
        } else {
          session.events_.onTrailers(streamOf(frame));
        }
        break;
      case NGHTTP2_DATA:
        if (ends) session.events_.onDataEnd(streamOf(frame));
        break;
      case NGHTTP2_RST_STREAM:
        session.resetByPeer_ = streamOf(frame);
        break;
      case NGHTTP2_SETTINGS:
        if (!acknowledges) session.events_.onSettings();
        break;
      case NGHTTP2_PING:
        if (acknowledges) session.events_.onAnnounced();
        break;
      default:
        break;
    }
    return 0;
  });
}

int Http2Callbacks::onInvalidFrame(Raw*, const nghttp2_frame* frame, int error, void* self) {
  return guard(self, [&](Http2Session& session) {
    if (error == NGHTTP2_ERR_REFUSED_STREAM) {
      session.events_.onClosed(streamOf(frame), Http2Events::Cause::kReset);
    }
    return 0;
  });
}

int Http2Callbacks::onData(Raw*, Byte, std::int32_t stream, const Byte* bytes, std::size_t size,
                           void* self) {
  return guard(self, [&](Http2Session& session) {
    session.events_.onData(static_cast<std::uint32_t>(stream), span(bytes, size));
    return 0;
  });
}

int Http2Callbacks::onClosed(Raw*, std::int32_t id, std::uint32_t error, void* self) {
  return guard(self, [&](Http2Session& session) {
    const auto stream = static_cast<std::uint32_t>(id);
    using Cause = Http2Events::Cause;
    session.events_.onClosed(stream, stream == session.resetByPeer_ ? Cause::kResetByPeer
                                     : error != NGHTTP2_NO_ERROR    ? Cause::kReset
                                                                    : Cause::kAnswered);
    return 0;
  });
}

int Http2Callbacks::onSent(Raw* raw, const nghttp2_frame* frame, void*) {
  const bool carriesEnd = frame->hd.type == NGHTTP2_HEADERS || frame->hd.type == NGHTTP2_DATA;
  const std::int32_t stream = frame->hd.stream_id;
  if (!carriesEnd || !(frame->hd.flags & NGHTTP2_FLAG_END_STREAM) ||
      nghttp2_session_get_stream_remote_close(raw, stream) != 0) {
    return 0;
  }
  return nghttp2_submit_rst_stream(raw, NGHTTP2_FLAG_NONE, stream, NGHTTP2_NO_ERROR);
}

ssize_t Http2Callbacks::onRead(Raw*, std::int32_t stream, Byte*, std::size_t room,
                               std::uint32_t* flags, nghttp2_data_source*, void* self) {
  ssize_t result = NGHTTP2_ERR_CALLBACK_FAILURE;
  guard(self, [&](Http2Session& session) {
    const std::size_t left = session.events_.bodyOf(static_cast<std::uint32_t>(stream)).size();
    *flags |= NGHTTP2_DATA_FLAG_NO_COPY;
    if (left <= room) *flags |= NGHTTP2_DATA_FLAG_EOF;
    result = static_cast<ssize_t>(std::min(left, room));
    return 0;
  });
  return result;
}

int Http2Callbacks::onSendData(Raw*, nghttp2_frame* frame, const Byte* header, std::size_t length,
                               nghttp2_data_source*, void* self) {
  return guard(self, [&](Http2Session& session) -> int {
    const std::string_view body = session.events_.bodyOf(streamOf(frame)).substr(0, length);
    SecretChars& out = *session.out_;
    out.insert(out.end(), header, header + kFrameHeader);
    out.insert(out.end(), body.begin(), body.end());
    session.events_.onBodySent(streamOf(frame), length);
    return out.size() >= session.most_ ? NGHTTP2_ERR_PAUSE : 0;
  });
}

}  // namespace strongroom::http
