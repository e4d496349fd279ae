#pragma once

#include <nghttp2/nghttp2.h>

#include "service/http/http2_session.h"

namespace strongroom::http {

/// nghttp2's callbacks, which turn into Http2Events and which no exception leaves. A part of
/// Http2Session.
struct Http2Callbacks {
  using Raw = nghttp2_session;
  using Byte = std::uint8_t;

  static void install(nghttp2_session_callbacks* table);

  static int onBegin(Raw*, const nghttp2_frame* frame, void* self);
  static int onField(Raw*, const nghttp2_frame* frame, const Byte* name, std::size_t nameSize,
                     const Byte* value, std::size_t valueSize, Byte flags, void* self);
  /// Fields that nghttp2 would leave out in silence make a request malformed (RFC 9113, 8.2.1).
  static int onInvalidField(Raw*, const nghttp2_frame* frame, const Byte* name,
                            std::size_t nameSize, const Byte* value, std::size_t valueSize,
                            Byte flags, void* self);
  static int onFrame(Raw*, const nghttp2_frame* frame, void* self);
  /// A stream that nghttp2 refused before it began is told of nowhere else.
  static int onInvalidFrame(Raw*, const nghttp2_frame* frame, int error, void* self);
  static int onData(Raw*, Byte flags, std::int32_t stream, const Byte* bytes, std::size_t size,
                    void* self);
  static int onClosed(Raw*, std::int32_t stream, std::uint32_t error, void* self);
  /// After an answer the rest of a body is not wanted (RFC 9113, 8.1).
  static int onSent(Raw* raw, const nghttp2_frame* frame, void* self);

  /// Says how much of a body the next DATA frame takes. The bytes stay with their owner: nghttp2
  /// keeps a copy for longer than they are to live.
  static ssize_t onRead(Raw*, std::int32_t stream, Byte* buffer, std::size_t room,
                        std::uint32_t* flags, nghttp2_data_source* source, void* self);
  static int onSendData(Raw*, nghttp2_frame* frame, const Byte* header, std::size_t length,
                        nghttp2_data_source* source, void* self);
};

}  // namespace strongroom::http
