#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "hsm/worker/worker.h"

namespace strongroom::hsm::worker {

/// What became of a request that was handed to a worker.
struct Exchange {
  enum class Outcome : std::uint8_t {
    kAnswered,
    kLate,  ///< no answer by the deadline; whether the call was made is not known
    kLost,  ///< the worker's end of the connection is closed; likewise
  };
  Outcome outcome = Outcome::kLate;
  Answer answer;
};

/// The workers of one token, and the thread that watches them: it starts those that are missing,
/// one at a time, pings all, and replaces those that crash, hang, have grown or ask for it.
/// Thread-safe; every exchange() ends before it does.
class WorkerPool {
 public:
  struct Counters {
    Statistics summed;  ///< of all workers that there are and were, and of the waits here
    std::uint64_t wanted = 0, serving = 0, started = 0, residentBytes = 0;
    std::array<std::uint64_t, kReasons> ended{};  ///< by Reason
  };

  /// Starts the workers, one after the other, and waits until all serve. When one cannot open the
  /// token, throws its error, unless options.mayBeAbsent.
  WorkerPool(Launch launch, const WorkerOptions& options, WorkerLog log);
  /// Tells every worker to stop, and kills those that do not.
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// Has a worker do it; of administrative requests one at a time, until its call is over, whether
  /// or not its caller still waits. Throws Error: kBusy when no worker became free before the
  /// deadline; when none serves because the token could not be opened, why.
  Exchange exchange(const Request& request);

  /// Of the token that was opened first; before, as far as the configuration names it.
  TokenDescription describe() const;

  /// As of now, but for workers that do not answer at once.
  Counters counters();

  /// A refused PIN may be given once more.
  void retryLogin();

 private:
  struct Lease {
    std::shared_ptr<Worker> worker;
    Lane* lane;
  };

  Lease lease(const Request& request);
  std::shared_ptr<Worker> bestWorker();
  std::size_t mostWaiters() const;
  bool isAdministered() const;
  void giveBack(const Lease& lease, LaneState state, bool replaceWorker);
  void refuseWhenDown() const;
  void wake() const;

  // What follows is the supervisor's (worker_pool_supervisor.cpp); all hold mutex_ but supervise().
  void supervise(const std::stop_token& stop);
  bool round(const std::stop_token& stop);
  void waitForNews();
  void forgiveOurOwnPause(Clock::time_point now);
  void listen(Worker& worker);
  void hear(Worker& worker, const SecretBytes& message);
  void admit(Worker& worker, Opened opened);
  void collectOverdue(Worker& worker);
  void judge(Worker& worker, Clock::time_point now);
  void retire(Worker& worker, Reason reason);
  void retireTheLargest();
  void pauseBeforeTheNext();
  void stopWhenIdle(Worker& worker, Clock::time_point now);
  void ping(Worker& worker, Clock::time_point now);
  void bury(Worker& worker);
  void failOpening(const Error& error, bool mayHaveGivenPin);
  void startWhereWanted(Clock::time_point now);
  void say(const std::string& line) { lines_.push_back(line); }
  std::size_t count(WorkerState state) const;

  const Launch launch_;
  const WorkerOptions options_;
  const WorkerLog log_;
  const Descriptor wakeUp_;  ///< an eventfd: the supervisor has something to do

  mutable std::mutex mutex_;
  std::condition_variable freed_;    ///< a lane became free
  std::condition_variable changed_;  ///< a worker's state or its pong changed
  std::vector<std::shared_ptr<Worker>> workers_;
  std::optional<Error> down_;  ///< why no token is open, since the last try to open it failed
  bool pinRefused_ = false;
  bool pinDoubtful_ = false;     ///< the token may have taken the last try for a wrong PIN
  std::optional<Opened> first_;  ///< the token that this pool stands for
  std::size_t waiters_ = 0;      ///< calls that wait for a lane, administrative ones among them
  std::size_t administrativeWaiters_ = 0;
  bool started_ = false;            ///< the constructor is over
  bool successorFailed_ = false;    ///< no worker could be started beside those that serve
  std::string lastFailure_;         ///< said already
  std::vector<std::string> lines_;  ///< for the log, once the mutex is free
  Clock::time_point lastRound_{};
  Clock::time_point nextStart_{};
  std::chrono::milliseconds pause_{0};
  unsigned lastNumber_ = 0;
  std::size_t turn_ = 0;            ///< where the search for a free lane begins
  Clock::time_point freshAfter_{};  ///< somebody waits for pongs that are younger
  Counters counters_;               ///< `summed` of the workers that ended
  std::jthread supervisor_;         ///< last: it starts when everything above stands
};

}  // namespace strongroom::hsm::worker
