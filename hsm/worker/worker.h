#pragma once

#include <list>
#include <optional>
#include <string_view>

#include "hsm/open_isolated_token.h"
#include "hsm/worker/channel.h"
#include "hsm/worker/messages.h"
#include "hsm/worker/process.h"

namespace strongroom::hsm::worker {

using Clock = std::chrono::steady_clock;

/// Why a worker was given up.
enum class Reason : std::uint8_t {
  kStopped,    ///< with the service
  kNotOpened,  ///< it could not open the token
  kCrashed,    ///< its process ended
  kHung,       ///< a call did not come back, or no ping was answered
  kReplaced,   ///< its module must be initialised anew, or its login was lost
  kGrown,      ///< it held too much memory
};
inline constexpr std::size_t kReasons = 6;

/// "crashed"; for log and metrics.
std::string_view toString(Reason reason);

enum class LaneState : std::uint8_t {
  kFree,
  kLeased,
  kOverdue,  ///< its caller has gone at the deadline, and the answer has not come
  kBroken,   ///< closed, or not to be believed any more
};

struct Lane {
  Channel channel;
  LaneState state = LaneState::kFree;
  Clock::time_point overdueSince{};         ///< when it became kOverdue
  Operation operation = Operation::kProbe;  ///< of its latest request
  std::uint32_t number = 0;                 ///< likewise
};

/// The longest answer to a request, in bytes.
constexpr std::size_t longestAnswer(Operation operation) {
  return operation == Operation::kListKeys ? Channel::kMaxList : Channel::kMaxMessage;
}

enum class WorkerState : std::uint8_t {
  kOpening,  ///< until it says that its token is open
  kServing,
  kRetiring,  ///< takes no call any more; those that it has may end
  kStopping,  ///< was told to stop, or killed
};

/// What every worker of a pool is started with.
struct Launch {
  std::filesystem::path program;
  std::vector<std::string> arguments;
  TokenOptions token;  ///< `sessions` is the number of lanes of one worker
  PinSource pin;       ///< without a descriptor; see pinFile
  Descriptor pinFile;  ///< the PIN from a descriptor, kept for later workers; or none
};

/// One worker process as the service sees it: a plain record, guarded by its pool's mutex, but for
/// the channel of a leased lane, which is its caller's.
struct Worker {
  /// Starts the process and asks it to open the token; for `pinDoubtful` see TokenOptions. Throws
  /// std::system_error, Closed.
  Worker(unsigned number, const Launch& launch, bool pinDoubtful);

  /// "worker 3 (process 4711)"
  std::string name() const;
  bool has(LaneState state) const;
  /// Whether a key is being made, listed or destroyed by it, for a caller who may be gone.
  bool isAdministering() const;
  /// By how much it has grown since it began to serve.
  std::uint64_t growth() const;
  Lane* freeLane();
  std::size_t freeLanes() const;
  void enter(WorkerState next);

  const unsigned number;
  Channel control;
  std::list<Lane> lanes;
  std::optional<Process> process;
  WorkerState state = WorkerState::kOpening;
  Reason reason = Reason::kCrashed;         ///< until another is known
  Clock::time_point since = Clock::now();   ///< when `state` began
  bool opened = false;                      ///< it has said what came of opening the token
  bool broken = false;                      ///< a connection is closed or makes no sense: is killed
  std::optional<Clock::time_point> pinged;  ///< when the ping was sent that is not answered yet
  Clock::time_point current{};              ///< `pong` is no older than this
  Pong pong;
  std::uint64_t residentAtFirst = 0;  ///< when it began to serve; 0 before the first pong
};

}  // namespace strongroom::hsm::worker
