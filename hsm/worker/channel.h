#pragma once

#include <sys/socket.h>

#include <array>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "hsm/hsm.h"
#include "hsm/open_isolated_token.h"
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
  /// The longest ordinary message, in bytes, and the longest of all: a list of 500,000 keys. A peer
  /// that announces a longer one than it is expected to send has broken the protocol.
  static constexpr std::size_t kMaxMessage = 64 * 1024;
  static constexpr std::size_t kMaxList = 10'000'000;

  /// Whether descriptors that come with messages are taken, or dropped by the kernel.
  enum class Descriptors : std::uint8_t { kDropped, kTaken };

  explicit Channel(Descriptor socket, Descriptors descriptors = Descriptors::kDropped)
      : socket_(std::move(socket)), takes_(descriptors) {}

  /// Sends a message, with descriptors beside it where there are some (at most kMaxDescriptors).
  /// Throws Closed, also when the peer has not taken all of it by `deadline`: with half a message
  /// sent, the connection is of no more use.
  void send(const SecretBytes& message, Deadline deadline,
            const std::vector<int>& descriptors = {});

  /// The next message, of at most `most` bytes; nullopt when it is not whole at `deadline`: what
  /// came so far is kept, and a later call goes on with it. Throws Closed, and ProtocolError for a
  /// length that cannot be.
  std::optional<SecretBytes> receive(Deadline deadline, std::size_t most = kMaxMessage);

  /// receive() without a deadline.
  SecretBytes receive();

  /// Descriptors that came with the messages so far, in the order in which they were sent.
  std::vector<Descriptor> takeDescriptors() { return std::exchange(descriptors_, {}); }

  /// Ends the connection for both sides, and a receive() of another thread with Closed.
  void shutDown() noexcept;

  int descriptor() const { return socket_.number(); }

  static constexpr std::size_t kMaxDescriptors = kMaxSessionsPerWorker + 1;

 private:
  /// Reads what is there, if anything.
  void fill();
  void takeDescriptorsOf(const msghdr& header);
  std::optional<SecretBytes> takeMessage(std::size_t most);
  void makeRoomFor(std::size_t whole);

  static constexpr std::size_t kBuffer = 4096;

  Descriptor socket_;
  Descriptors takes_;
  SecretBytes buffer_{kBuffer};
  std::size_t filled_ = 0;
  std::vector<Descriptor> descriptors_;
};

/// Two connected ends, neither of which a program started later inherits. Throws std::system_error.
std::pair<Descriptor, Descriptor> connectedPair();

}  // namespace strongroom::hsm::worker
