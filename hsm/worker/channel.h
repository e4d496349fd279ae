#pragma once

#include <array>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "hsm/hsm.h"
#include "hsm/secret_bytes.h"

namespace strongroom::hsm::worker {

/// A file descriptor, closed at its end. Move-only.
class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  ~Descriptor() { close(); }
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    if (this != &other) {
      close();
      number_ = std::exchange(other.number_, -1);
    }
    return *this;
  }
  int number() const { return number_; }
  explicit operator bool() const { return number_ >= 0; }
  void close();

 private:
  int number_;
};

/// The peer has closed its end, or died.
class Closed : public std::runtime_error {
 public:
  Closed() : std::runtime_error("the other end of the connection is closed") {}
};

/// One end of a connection that carries whole messages, each with its length in four bytes before
/// it. What passes through its buffer is wiped. For one thread at a time.
class Channel {
 public:
  /// The longest message: a list of 500,000 keys. A peer that announces a longer one has broken
  /// the protocol.
  static constexpr std::size_t kMaxMessage = 10'000'000;

  explicit Channel(Descriptor socket) : socket_(std::move(socket)) {}

  /// Sends a message, with descriptors beside it where there are some (at most kMaxDescriptors);
  /// waits while the peer does not take it. Throws Closed.
  void send(const SecretBytes& message, const std::vector<int>& descriptors = {});

  /// The next message; nullopt when it is not whole at `deadline`: what came so far is kept, and a
  /// later call goes on with it. Throws Closed, and ProtocolError for a length that cannot be.
  std::optional<SecretBytes> receive(Deadline deadline);

  /// receive() without a deadline.
  SecretBytes receive();

  /// Descriptors that came with the messages so far, in the order in which they were sent.
  std::vector<Descriptor> takeDescriptors() { return std::exchange(descriptors_, {}); }

  /// Ends the connection for both sides, and a receive() of another thread with Closed.
  void shutDown() noexcept;

  int descriptor() const { return socket_.number(); }

  static constexpr std::size_t kMaxDescriptors = 128;

 private:
  /// Reads what is there; false when it would block.
  bool fill();
  std::optional<SecretBytes> takeMessage();

  Descriptor socket_;
  SecretBytes buffer_{4096};
  std::size_t filled_ = 0;
  std::vector<Descriptor> descriptors_;
};

/// Two connected ends, neither of which a program started later inherits. Throws std::system_error.
std::pair<Descriptor, Descriptor> connectedPair();

}  // namespace strongroom::hsm::worker
