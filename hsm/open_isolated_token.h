#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "hsm/open_token.h"
#include "hsm/pin_source.h"

namespace strongroom::hsm {

/// The connections that one worker can have, each with a session of its own.
inline constexpr std::uint32_t kMaxSessionsPerWorker = 100;

/// How many calls may wait for a session, for each that there is: one more is kBusy at once, so
/// that a token that hangs holds up no more of its callers' threads.
inline constexpr std::uint32_t kWaitingPerSession = 4;

/// And this many more, however few sessions there are.
inline constexpr std::uint32_t kWaitingBesides = 16;

/// How the processes that hold a module are kept. The defaults are those of docs/configuration.md.
struct WorkerOptions {
  unsigned workers = 2;                       ///< how many serve at the same time
  bool network = false;                       ///< the module may use networks
  std::string user{};                         ///< whom they run as; empty: as the service
  std::uint64_t memoryGrowth = 128ULL << 20;  ///< in bytes; a worker that has grown so is replaced
  bool mayBeAbsent = false;  ///< open although the token is not there, and wait for it

  // For tests; nothing configures what follows.
  std::filesystem::path program{};       ///< empty: strongroom-hsm-worker beside this program
  std::chrono::milliseconds pulse{250};  ///< between two pings
  std::chrono::milliseconds pulseLimit{1'000};  ///< a worker that answers none for so long is gone
  std::chrono::milliseconds openingLimit{60'000};
  std::chrono::milliseconds overdueGrace{500};  ///< past its deadline, a call hangs
  std::chrono::milliseconds stopLimit{3'000};
  std::chrono::milliseconds longestPause{1'000};  ///< between two tries to open
};

/// A line for the service's log: what became of a worker, in one sentence without secrets.
using WorkerLog = std::function<void(const std::string& line)>;

/// The token as openToken() gives it, but with the module in worker processes: this process never
/// loads it, and neither a PIN nor a CMK is ever in its memory. A worker that crashes, hangs, loses
/// its login or its token, or has grown too large is replaced; calls on it fail with
/// kTokenUnavailable by their deadline or, when they may be repeated, are made once more on another
/// worker. The PIN is read by each worker anew, and given to the token by one of them at a time; a
/// refused PIN stops that until retryLogin(). The token's sessions are at most
/// kMaxSessionsPerWorker for each worker.
/// Throws as openToken() does, and std::runtime_error when no worker can be started. `log` is
/// called from a thread of ours, without a lock held.
std::unique_ptr<Hsm> openIsolatedToken(const TokenOptions& token, const PinSource& pin,
                                       const WorkerOptions& options, WorkerLog log = {});

/// How many file descriptors what openIsolatedToken() returns holds in this process at most, also
/// while every worker has a successor.
std::uint64_t descriptorsOf(const TokenOptions& token, const WorkerOptions& options);

}  // namespace strongroom::hsm
