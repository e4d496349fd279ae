#include "service/http/http2_session.h"

#include <array>
#include <new>

#include "service/http/http2_callbacks.h"
#include "service/http/http2_memory.h"

namespace strongroom::http {

namespace {

/// Entries in one SETTINGS frame (there are ten kinds).
constexpr std::size_t kMaxSettings = 32;
/// PING and SETTINGS that a peer lets us acknowledge without reading the acknowledgements.
constexpr std::size_t kMaxAcknowledgements = 200;
/// CONTINUATION frames of one header block; the header limit fits into the third frame.
constexpr std::size_t kMaxContinuations = 8;
/// RST_STREAM at once and in a second: none too many, since Http2FloodGuard counts them.
constexpr std::uint64_t kAnyNumber = 1'000'000;

std::int32_t signedOf(std::uint32_t stream) {
  return static_cast<std::int32_t>(stream);
}

nghttp2_nv nameValue(const Http2Session::Field& field) {
  nghttp2_nv pair{};
  // nghttp2 copies both: its pointers are not const for the sake of those who let it keep them.
  pair.name = reinterpret_cast<std::uint8_t*>(const_cast<char*>(field.name.data()));
  pair.namelen = field.name.size();
  pair.value = reinterpret_cast<std::uint8_t*>(const_cast<char*>(field.value.data()));
  pair.valuelen = field.value.size();
  return pair;
}

template <class T, void (*kDelete)(T*)>
struct Deleter {
  void operator()(T* object) const { kDelete(object); }
};
using Callbacks =
    std::unique_ptr<nghttp2_session_callbacks,
                    Deleter<nghttp2_session_callbacks, nghttp2_session_callbacks_del>>;
using Options = std::unique_ptr<nghttp2_option, Deleter<nghttp2_option, nghttp2_option_del>>;

Callbacks makeCallbacks() {
  nghttp2_session_callbacks* raw = nullptr;
  if (nghttp2_session_callbacks_new(&raw) != 0) throw std::bad_alloc();
  Callbacks callbacks(raw);
  Http2Callbacks::install(raw);
  return callbacks;
}

Options makeOptions() {
  nghttp2_option* raw = nullptr;
  if (nghttp2_option_new(&raw) != 0) throw std::bad_alloc();
  Options options(raw);
  nghttp2_option_set_no_auto_window_update(raw, 1);
  nghttp2_option_set_no_closed_streams(raw, 1);
  nghttp2_option_set_max_settings(raw, kMaxSettings);
  nghttp2_option_set_max_outbound_ack(raw, kMaxAcknowledgements);
  nghttp2_option_set_max_continuations(raw, kMaxContinuations);
  nghttp2_option_set_stream_reset_rate_limit(raw, kAnyNumber, kAnyNumber);
  return options;
}

}  // namespace

void Http2Session::Delete::operator()(nghttp2_session* session) const {
  nghttp2_session_del(session);
}

Http2Session::Http2Session(Http2Events& events, const Limits& limits)
    : events_(events), headerListSize_(limits.headerListSize) {
  const Callbacks callbacks = makeCallbacks();
  const Options options = makeOptions();
  nghttp2_mem memory{nullptr, allocateWiped, freeWiped, allocateZeroWiped, reallocateWiped};
  nghttp2_session* raw = nullptr;
  if (nghttp2_session_server_new3(&raw, callbacks.get(), this, options.get(), &memory) != 0) {
    throw std::bad_alloc();
  }
  session_.reset(raw);
  const std::array settings{
      nghttp2_settings_entry{NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, limits.streams},
      nghttp2_settings_entry{NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, limits.headerListSize},
      // Answers leave in the order in which they come; a tree of priorities is a way to make work.
      nghttp2_settings_entry{NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1},
  };
  if (nghttp2_submit_settings(raw, NGHTTP2_FLAG_NONE, settings.data(), settings.size()) != 0 ||
      nghttp2_session_set_local_window_size(raw, NGHTTP2_FLAG_NONE, 0, limits.connectionWindow)) {
    throw std::bad_alloc();
  }
}

bool Http2Session::receive(std::span<const char> bytes) {
  if (failed_) return false;
  const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  const ssize_t taken = nghttp2_session_mem_recv(session_.get(), data, bytes.size());
  if (taken >= 0) return true;
  switch (taken) {
    case NGHTTP2_ERR_NOMEM:
    case NGHTTP2_ERR_CALLBACK_FAILURE:
      failed_ = true;
      break;
    case NGHTTP2_ERR_BAD_CLIENT_MAGIC:
      terminate(Http2Error::kProtocol);
      break;
    default:  // too many acknowledgements, settings or continuations
      terminate(Http2Error::kEnhanceYourCalm);
  }
  return false;
}

void Http2Session::pack(SecretChars& out, std::size_t most) {
  out_ = &out;
  most_ = most;
  while (!failed_ && out.size() < most) {
    const std::uint8_t* data = nullptr;
    const ssize_t size = nghttp2_session_mem_send(session_.get(), &data);
    if (size < 0) failed_ = true;
    if (size <= 0) break;
    out.insert(out.end(), data, data + size);
  }
  out_ = nullptr;
}

std::size_t Http2Session::queued() const {
  return nghttp2_session_get_outbound_queue_size(session_.get());
}

/// What fails here is out of memory, or a stream that is gone, whose owner has been told.
void Http2Session::keep(int result) {
  if (nghttp2_is_fatal(result)) failed_ = true;
}

void Http2Session::proceed(std::uint32_t stream) {
  const nghttp2_nv status = nameValue({":status", "100"});
  keep(nghttp2_submit_headers(session_.get(), NGHTTP2_FLAG_NONE, signedOf(stream), nullptr, &status,
                              1, nullptr));
}

void Http2Session::respond(std::uint32_t stream, std::span<const Field> fields, bool hasBody) {
  std::vector<nghttp2_nv> pairs;
  pairs.reserve(fields.size());
  for (const Field& field : fields) pairs.push_back(nameValue(field));
  nghttp2_data_provider body{};
  body.read_callback = Http2Callbacks::onRead;
  keep(nghttp2_submit_response(session_.get(), signedOf(stream), pairs.data(), pairs.size(),
                               hasBody ? &body : nullptr));
}

void Http2Session::reset(std::uint32_t stream, Http2Error error) {
  keep(nghttp2_submit_rst_stream(session_.get(), NGHTTP2_FLAG_NONE, signedOf(stream),
                                 static_cast<std::uint32_t>(error)));
}

void Http2Session::consumeStream(std::uint32_t stream, std::size_t bytes) {
  keep(nghttp2_session_consume_stream(session_.get(), signedOf(stream), bytes));
}

void Http2Session::consumeConnection(std::size_t bytes) {
  keep(nghttp2_session_consume_connection(session_.get(), bytes));
}

void Http2Session::announceEnd() {
  keep(nghttp2_submit_shutdown_notice(session_.get()));
  keep(nghttp2_submit_ping(session_.get(), NGHTTP2_FLAG_NONE, nullptr));
}

void Http2Session::endAfterStreams() {
  keep(nghttp2_submit_goaway(session_.get(), NGHTTP2_FLAG_NONE,
                             nghttp2_session_get_last_proc_stream_id(session_.get()),
                             NGHTTP2_NO_ERROR, nullptr, 0));
}

void Http2Session::terminate(Http2Error error) {
  keep(nghttp2_session_terminate_session(session_.get(), static_cast<std::uint32_t>(error)));
}

bool Http2Session::isOver() const {
  return failed_ || (!nghttp2_session_want_read(session_.get()) &&
                     !nghttp2_session_want_write(session_.get()));
}

}  // namespace strongroom::http
