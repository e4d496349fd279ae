#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "service/http/message.h"

struct nghttp2_session;

namespace strongroom::http {

/// Error codes of RFC 9113, section 7, as far as we send them.
enum class Http2Error : std::uint32_t {
  kNone = 0x0,
  kProtocol = 0x1,
  kSettingsTimeout = 0x4,
  kRefusedStream = 0x7,
  kCancel = 0x8,
  kEnhanceYourCalm = 0xb,
};

/// What an Http2Session tells of, in the midst of receive() and pack(). An exception ends the
/// session.
class Http2Events {
 public:
  /// A request begins.
  virtual void onBegin(std::uint32_t stream) = 0;
  virtual void onField(std::uint32_t stream, std::string_view name, std::string_view value) = 0;
  /// Its head is complete. `ends`: there is no body.
  virtual void onHead(std::uint32_t stream, bool ends) = 0;
  /// The bytes count against the windows until they are consumed.
  virtual void onData(std::uint32_t stream, std::span<const char> bytes) = 0;
  /// A body is complete, and as long as it was declared.
  virtual void onDataEnd(std::uint32_t stream) = 0;
  /// Fields follow a body.
  virtual void onTrailers(std::uint32_t stream) = 0;
  enum class Cause { kAnswered, kReset, kResetByPeer };
  /// A stream is over, maybe one that never began here.
  virtual void onClosed(std::uint32_t stream, Cause cause) = 0;
  /// The peer's SETTINGS came, the first of which end its preface.
  virtual void onSettings() = 0;
  /// The peer has read what we announced.
  virtual void onAnnounced() = 0;

  /// The bytes of an answer's body that are not sent.
  virtual std::string_view bodyOf(std::uint32_t stream) = 0;
  /// The first `bytes` of them are.
  virtual void onBodySent(std::uint32_t stream, std::size_t bytes) = 0;

 protected:
  ~Http2Events() = default;
};

/// A server's side of HTTP/2 framing, streams, flow control and header compression (nghttp2),
/// without I/O. Nothing of nghttp2 is seen outside. For one thread.
class Http2Session {
 public:
  struct Limits {
    std::uint32_t streams = 0;          ///< open at once
    std::uint32_t headerListSize = 0;   ///< announced; kept by the listener up to twice as much,
                                        ///< beyond which a stream is reset
    std::int32_t connectionWindow = 0;  ///< bytes of bodies that are not consumed
  };
  struct Field {
    std::string_view name;  ///< in lower case
    std::string_view value;
  };

  /// `events` outlives the session. Throws std::bad_alloc.
  Http2Session(Http2Events& events, const Limits& limits);
  Http2Session(const Http2Session&) = delete;
  Http2Session& operator=(const Http2Session&) = delete;

  /// False when the session is at its end because of them; what to say of that is packed.
  bool receive(std::span<const char> bytes);
  /// Appends to `out` what is to be sent, until that is about `most` bytes or there is no more.
  void pack(SecretChars& out, std::size_t most);
  /// Frames that wait to be packed.
  std::size_t queued() const;

  /// The status 100.
  void proceed(std::uint32_t stream);
  /// The answer; `hasBody`: Http2Events::bodyOf() has more. The rest of a request's body that has
  /// not come by then is declined.
  void respond(std::uint32_t stream, std::span<const Field> fields, bool hasBody);
  void reset(std::uint32_t stream, Http2Error error);

  /// The stream's own window: more of its body may come.
  void consumeStream(std::uint32_t stream, std::size_t bytes);
  /// The connection's window.
  void consumeConnection(std::size_t bytes);

  /// Says that the connection is about to end, and asks to confirm that.
  void announceEnd();
  /// No new streams; it is over when those that are open are.
  void endAfterStreams();
  /// Over, as soon as that is sent.
  void terminate(Http2Error error);
  /// Nothing more is to be received or sent.
  bool isOver() const;

 private:
  struct Delete {
    void operator()(nghttp2_session* session) const;
  };
  void keep(int result);

  std::unique_ptr<nghttp2_session, Delete> session_;
  SecretChars* out_ = nullptr;  ///< of the pack() that runs
  std::size_t most_ = 0;
  Http2Events& events_;
  const std::size_t headerListSize_;
  std::size_t fieldBytes_ = 0;     ///< of the header block that comes, or came last
  std::uint32_t resetByPeer_ = 0;  ///< the last one
  bool failed_ = false;

  friend struct Http2Callbacks;
};

}  // namespace strongroom::http
