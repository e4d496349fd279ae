// How messages are told apart on a connection between the service and a worker. Input: the size of
// the pieces in which the bytes come, the longest message that is taken, the bytes.
#include "hsm/worker/channel.h"

#include <sys/socket.h>

#include <optional>

#include "hsm/worker/wire.h"
#include "tests/fuzz/fuzz.h"

namespace strongroom::fuzz {
namespace {

using namespace hsm::worker;

struct Outcome {
  std::vector<Bytes> messages;
  bool broken = false;  ///< a length that cannot be
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

/// By the letter of the framing, all bytes at hand.
Outcome expected(ByteView bytes, std::size_t most) {
  Outcome outcome;
  for (Input input(bytes); input.rest().size() >= 4;) {
    const auto size = input.number<std::uint32_t>();
    outcome.broken = size > most;
    if (outcome.broken || size > input.rest().size()) break;
    const ByteView message = input.bytes(size);
    outcome.messages.emplace_back(message.begin(), message.end());
  }
  return outcome;
}

Outcome received(ByteView bytes, std::size_t piece, std::size_t most) {
  Outcome outcome;
  auto [near, far] = connectedPair();
  Channel channel(std::move(near));
  Input input(bytes);
  const auto takeWhatIsThere = [&] {
    // A deadline that has passed: nothing is waited for.
    while (auto message = channel.receive(hsm::Deadline{}, most)) {
      outcome.messages.emplace_back(message->expose().begin(), message->expose().end());
    }
  };
  try {
    while (!input.empty()) {
      const ByteView come = input.bytes(piece);
      require(::send(far.number(), come.data(), come.size(), MSG_NOSIGNAL) ==
                  static_cast<ssize_t>(come.size()),
              "the socket takes a piece");
      takeWhatIsThere();
    }
    far.close();
    while (true) takeWhatIsThere();
  } catch (const Closed&) {
    // All was read.
  } catch (const ProtocolError&) {
    outcome.broken = true;
  }
  return outcome;
}

}  // namespace

void run(ByteView bytes) {
  Input input(bytes);
  const std::size_t piece = 1 + input.number() * std::size_t{16};
  const std::size_t most = input.number<std::uint16_t>();
  require(received(input.rest(), piece, most) == expected(input.rest(), most),
          "messages are what was sent");
}

}  // namespace strongroom::fuzz
