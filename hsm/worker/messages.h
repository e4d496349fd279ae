#pragma once

#include <optional>
#include <vector>

#include "hsm/error.h"
#include "hsm/hsm.h"
#include "hsm/open_token.h"
#include "hsm/pin_source.h"
#include "hsm/worker/wire.h"

namespace strongroom::hsm::worker {

// What the service and a worker say to one another. There are two kinds of connection: one control
// connection a worker (Open, then Ping and Stop), and its lanes, each of which carries one Request
// at a time and the Answer to it. Both ends are of the same build, which a worker makes sure of.

/// The calls of hsm::Hsm that reach a token.
enum class Operation : std::uint8_t {
  kGenerateKey,
  kVerifyKey,
  kDestroyKey,
  kListKeys,
  kGenerateDataKey,
  kUnwrapDataKey,
  kBindingMac,
  kRandom,
  kProbe,
};
inline constexpr std::uint8_t kOperations = 9;

/// Whether a call makes, lists or destroys keys: at most one such call is made at a time.
constexpr bool isAdministrative(Operation operation) {
  return operation == Operation::kGenerateKey || operation == Operation::kDestroyKey ||
         operation == Operation::kListKeys;
}

/// One call. Every operation has every field; those that it does not use stay as they are here.
struct Request {
  std::uint32_t number = 0;  ///< of the lane's requests; its answer repeats it
  Operation operation = Operation::kProbe;
  Deadline deadline{};  ///< CLOCK_MONOTONIC, which all processes of a machine share
  KeyRef ref{};
  std::uint32_t bytes = 0;  ///< how many are asked for
  Plaintext plaintext = Plaintext::kWithhold;
  WrapMethod method = WrapMethod::kAesKeyWrap;
  Bytes data{};  ///< a wrapped key, or a message to bind
};

/// What came of it: an error, or the results of its operation.
struct Answer {
  std::uint32_t number = 0;
  std::optional<Error> error;
  bool replaceWorker = false;  ///< only a new worker can mend what is wrong
  SecretBytes secret;          ///< a plaintext, a MAC, random bytes
  Bytes wrapped;
  WrapMethod method = WrapMethod::kAesKeyWrap;
  std::vector<KeyRef> refs;
};

/// The first message to a worker; the lanes' descriptors, and the PIN's where it has one, travel
/// with it.
struct Open {
  TokenOptions token;
  PinSource pin;  ///< a descriptor is 0 here when there is one
};

/// The token that a worker opened, or why it could not.
struct Opened {
  std::optional<Error> error;
  TokenDescription description;
  SecretBytes witness;  ///< a MAC by which the token's binding key is known again
};

/// A worker's answer to a ping, given while its calls go on.
struct Pong {
  Statistics statistics;
  std::uint64_t residentBytes = 0;
};

/// What the service says on a control connection after Open.
enum class Command : std::uint8_t { kPing, kStop };
inline constexpr std::uint8_t kCommands = 2;

SecretBytes encode(const Request& request);
SecretBytes encode(const Answer& answer);
SecretBytes encode(const Open& open);
SecretBytes encode(const Opened& opened);
SecretBytes encode(const Pong& pong);
SecretBytes encode(Command command);

// All throw ProtocolError.
Request decodeRequest(ByteView message);
Answer decodeAnswer(ByteView message);
Open decodeOpen(ByteView message);
Opened decodeOpened(ByteView message);
Pong decodePong(ByteView message);
Command decodeCommand(ByteView message);

}  // namespace strongroom::hsm::worker
