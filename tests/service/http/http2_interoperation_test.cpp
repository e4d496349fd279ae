// The protocol against nghttp2's own client, which finds fault with what is not as RFC 9113 has it.
#include <nghttp2/nghttp2.h>

#include <cstring>
#include <memory>

#include "tests/service/http/http2_fixture.h"

namespace strongroom::testing {
namespace {

/// A client that keeps to the rules and notes what it is told.
class RealClient {
 public:
  struct Answer {
    std::string status;
    std::string body;
    std::uint32_t error = 0;
    bool closed = false;
  };

  RealClient() {
    nghttp2_session_callbacks* callbacks = nullptr;
    nghttp2_session_callbacks_new(&callbacks);
    nghttp2_session_callbacks_set_on_header_callback(
        callbacks, [](nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name,
                      std::size_t nameSize, const std::uint8_t* value, std::size_t valueSize,
                      std::uint8_t, void* self) {
          if (std::string(name, name + nameSize) == ":status") {
            of(self, frame->hd.stream_id).status.assign(value, value + valueSize);
          }
          return 0;
        });
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(
        callbacks, [](nghttp2_session*, std::uint8_t, std::int32_t id, const std::uint8_t* bytes,
                      std::size_t size, void* self) {
          of(self, id).body.append(bytes, bytes + size);
          return 0;
        });
    nghttp2_session_callbacks_set_on_stream_close_callback(
        callbacks, [](nghttp2_session*, std::int32_t id, std::uint32_t error, void* self) {
          of(self, id).closed = true;
          of(self, id).error = error;
          return 0;
        });
    nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(
        callbacks, [](nghttp2_session*, const nghttp2_frame*, int error, void*) {
          ADD_FAILURE() << "an invalid frame: " << nghttp2_strerror(error);
          return 0;
        });
    nghttp2_session* raw = nullptr;
    nghttp2_session_client_new(&raw, callbacks, this);
    session_.reset(raw);
    nghttp2_session_callbacks_del(callbacks);
    nghttp2_submit_settings(raw, NGHTTP2_FLAG_NONE, nullptr, 0);
  }

  /// Returns the stream. The body outlives the request.
  std::int32_t ask(const char* method, const char* path, const std::string* body = nullptr) {
    const auto pair = [](const char* name, const char* value) {
      return nghttp2_nv{reinterpret_cast<std::uint8_t*>(const_cast<char*>(name)),
                        reinterpret_cast<std::uint8_t*>(const_cast<char*>(value)),
                        std::strlen(name), std::strlen(value), NGHTTP2_NV_FLAG_NONE};
    };
    const nghttp2_nv fields[] = {pair(":method", method), pair(":scheme", "https"),
                                 pair(":authority", "s"), pair(":path", path)};
    nghttp2_data_provider provider{};
    provider.source.ptr = const_cast<std::string*>(body);
    provider.read_callback = [](nghttp2_session*, std::int32_t id, std::uint8_t* buffer,
                                std::size_t room, std::uint32_t* flags, nghttp2_data_source* source,
                                void* self) {
      std::size_t& sent = static_cast<RealClient*>(self)->sent_[id];
      const auto& text = *static_cast<const std::string*>(source->ptr);
      const std::size_t step = text.copy(reinterpret_cast<char*>(buffer), room, sent);
      sent += step;
      if (sent == text.size()) *flags |= NGHTTP2_DATA_FLAG_EOF;
      return static_cast<ssize_t>(step);
    };
    return nghttp2_submit_request(session_.get(), nullptr, fields, std::size(fields),
                                  body ? &provider : nullptr, nullptr);
  }

  std::string toSend() {
    const std::uint8_t* data = nullptr;
    std::string bytes;
    while (const auto size = nghttp2_session_mem_send(session_.get(), &data)) {
      if (size < 0) break;
      bytes.append(data, data + size);
    }
    return bytes;
  }
  void take(std::string_view bytes) {
    const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
    EXPECT_EQ(nghttp2_session_mem_recv(session_.get(), data, bytes.size()),
              static_cast<ssize_t>(bytes.size()));
  }
  const Answer& answer(std::int32_t id) { return answers_[id]; }

 private:
  static Answer& of(void* self, std::int32_t id) {
    return static_cast<RealClient*>(self)->answers_[id];
  }
  struct Delete {
    void operator()(nghttp2_session* session) const { nghttp2_session_del(session); }
  };
  std::unique_ptr<nghttp2_session, Delete> session_;
  std::map<std::int32_t, Answer> answers_;
  std::map<std::int32_t, std::size_t> sent_;
};

class Http2InteroperationTest : public Http2Fixture {
 protected:
  /// Carries bytes both ways until neither side has any; what is complete is answered, the last
  /// first.
  void converse() {
    for (bool moved = true; moved;) {
      moved = false;
      const std::string bytes = peer_.toSend();
      if (!bytes.empty() && protocol_.wantsInput()) {
        protocol_.receive(bytes, client_.now);
        moved = true;
      }
      Exchanges all = taken();
      for (auto exchange = all.rbegin(); exchange != all.rend(); ++exchange) answer(*exchange);
      while (!protocol_.output().empty()) {
        const std::string_view output = protocol_.output();
        peer_.take(output);
        protocol_.sent(output.size(), client_.now);
        moved = true;
      }
    }
  }

  RealClient peer_;
};

TEST_F(Http2InteroperationTest, ThirtyTwoBodiesInterleaved) {
  std::vector<std::string> bodies;
  for (int i = 0; i < 32; ++i) bodies.emplace_back(30'000, static_cast<char>('A' + i));
  std::vector<std::int32_t> ids;
  for (const std::string& body : bodies) ids.push_back(peer_.ask("POST", "/echo", &body));
  converse();
  for (std::size_t i = 0; i < ids.size(); ++i) {
    EXPECT_EQ(peer_.answer(ids[i]).status, "200");
    EXPECT_TRUE(peer_.answer(ids[i]).body == bodies[i]) << i;
    EXPECT_TRUE(peer_.answer(ids[i]).closed);
    EXPECT_EQ(peer_.answer(ids[i]).error, 0u);
  }
  EXPECT_TRUE(protocol_.isIdle());
}

TEST_F(Http2InteroperationTest, MoreOfBodiesThanItHoldsAtOnce) {
  const std::string body(64 * 1024, 'x');
  std::vector<std::int32_t> ids;
  for (int i = 0; i < 60; ++i) ids.push_back(peer_.ask("POST", "/echo", &body));
  converse();
  int served = 0;
  for (const std::int32_t id : ids) {
    EXPECT_TRUE(peer_.answer(id).closed);
    if (peer_.answer(id).status == "200") {
      ++served;
    } else {
      EXPECT_EQ(peer_.answer(id).status, "503");
    }
  }
  EXPECT_GE(served, 16);
  EXPECT_TRUE(protocol_.isIdle());
}

TEST_F(Http2InteroperationTest, MoreRequestsThanStreams) {
  converse();  // so that the client knows how many it may ask for at once
  std::vector<std::int32_t> ids;
  for (int i = 0; i < 300; ++i) ids.push_back(peer_.ask("GET", i % 10 ? "/count" : "/big"));
  converse();
  for (const std::int32_t id : ids) {
    EXPECT_EQ(peer_.answer(id).status, "200");
    EXPECT_EQ(peer_.answer(id).error, 0u);
  }
  EXPECT_EQ(reported().size(), 300u);
}

TEST_F(Http2InteroperationTest, RefusalsAmongAnswers) {
  const std::string large(200'000, 'x');
  const auto tooLarge = peer_.ask("POST", "/echo", &large);
  const auto head = peer_.ask("HEAD", "/count");
  const auto nowhere = peer_.ask("DELETE", "/nowhere");
  converse();
  EXPECT_EQ(peer_.answer(tooLarge).status, "413");
  EXPECT_TRUE(peer_.answer(tooLarge).closed);
  EXPECT_EQ(peer_.answer(head).status, "200");
  EXPECT_EQ(peer_.answer(head).body, "");
  EXPECT_EQ(peer_.answer(nowhere).status, "404");
  EXPECT_TRUE(protocol_.isIdle());
}

TEST_F(Http2InteroperationTest, DrainsWithoutLosingARequest) {
  converse();
  const auto id = peer_.ask("GET", "/big");
  protocol_.drain(client_.now);
  converse();
  EXPECT_EQ(peer_.answer(id).status, "200");
  EXPECT_EQ(peer_.answer(id).body.size(), 300'000u);
  EXPECT_TRUE(protocol_.hasEnded());
}

}  // namespace
}  // namespace strongroom::testing
