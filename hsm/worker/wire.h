#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include "hsm/bytes.h"
#include "hsm/secret_bytes.h"

namespace strongroom::hsm::worker {

/// A message that breaks the protocol: too short, too long, or a value that no field can have. What
/// comes from a worker is as little trusted as its module.
class ProtocolError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Writes the fields of one message, integers in network byte order, runs of bytes with their
/// length in four bytes before them. What it holds may be secret, and is wiped.
class Writer {
 public:
  template <class Unsigned>
  Writer& number(Unsigned value) {
    std::array<std::byte, sizeof value> bytes;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      bytes[i] = static_cast<std::byte>(value >> (8 * (bytes.size() - 1 - i)));
    }
    return fixed(bytes);
  }
  Writer& flag(bool value) { return number(static_cast<std::uint8_t>(value)); }
  Writer& real(double value);
  Writer& fixed(ByteView bytes) {
    message_.append(bytes);
    return *this;
  }
  Writer& bytes(ByteView bytes) {
    return number(static_cast<std::uint32_t>(bytes.size())).fixed(bytes);
  }
  Writer& text(std::string_view text) { return bytes(asBytes(text)); }

  SecretBytes take() { return std::move(message_); }

 private:
  SecretBytes message_;
};

/// Reads what Writer wrote, in the same order; the message outlives it. All throw ProtocolError.
class Reader {
 public:
  explicit Reader(ByteView message) : rest_(message) {}

  template <class Unsigned>
  Unsigned number() {
    return readBigEndian<Unsigned>(fixed(sizeof(Unsigned)));
  }
  bool flag();
  double real();
  /// A number below `end`: what an enumerator is sent as.
  std::uint8_t below(std::uint8_t end);
  ByteView fixed(std::size_t size);
  ByteView bytes() { return fixed(number<std::uint32_t>()); }
  std::string text() { return std::string(asText(bytes())); }
  std::size_t left() const { return rest_.size(); }

  /// Refuses what nobody read.
  void finish() const;

 private:
  ByteView rest_;
};

}  // namespace strongroom::hsm::worker
