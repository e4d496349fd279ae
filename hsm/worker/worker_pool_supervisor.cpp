// The thread that watches a pool's workers.
#include <poll.h>
#include <sys/eventfd.h>

#include <algorithm>

#include "hsm/worker/statistics_sum.h"
#include "hsm/worker/worker_pool.h"

namespace strongroom::hsm::worker {
namespace {

/// How often time limits are looked at when nothing happens.
constexpr std::chrono::milliseconds kTick{50};

/// Longer than any round takes that is not held up by something else.
constexpr std::chrono::milliseconds kOwnPause{250};

constexpr std::chrono::milliseconds kFirstPause{50};

/// One that is given up sooner than this after it began to serve makes its successor wait.
constexpr std::chrono::seconds kSettled{5};

/// For taking only what is there, and sending only what is taken at once.
constexpr Deadline kAtOnce{};

constexpr std::size_t kWitnessBytes = 32;

constexpr std::string_view kLoginCall = "C_Login";

}  // namespace

void WorkerPool::supervise(const std::stop_token& stop) {
  bool more = true;
  while (more) {
    waitForNews();
    std::vector<std::string> lines;
    {
      const std::lock_guard lock(mutex_);
      more = round(stop);
      lines.swap(lines_);
      freed_.notify_all();
    }
    for (const std::string& line : lines) {
      if (log_) log_(line);
    }
    changed_.notify_all();  // after the log has it: the constructor waits for this
  }
}

bool WorkerPool::round(const std::stop_token& stop) {
  const auto now = Clock::now();
  forgiveOurOwnPause(now);
  for (const auto& worker : workers_) {
    listen(*worker);
    if (stop.stop_requested()) retire(*worker, Reason::kStopped);
    judge(*worker, now);
  }
  if (count(WorkerState::kServing) > options_.workers) retireTheLargest();
  std::erase_if(workers_, [this](const auto& worker) {
    if (worker->process->ended().empty()) return false;
    bury(*worker);
    return true;
  });
  if (stop.stop_requested()) return !workers_.empty();
  startWhereWanted(now);
  return true;
}

void WorkerPool::waitForNews() {
  std::vector<pollfd> sources{{wakeUp_.number(), POLLIN, 0}};
  {
    const std::lock_guard lock(mutex_);
    for (const auto& worker : workers_) {
      sources.push_back({worker->process->descriptor(), POLLIN, 0});
      // A closed connection would be news again and again, until the process has ended.
      if (worker->broken) continue;
      sources.push_back({worker->control.descriptor(), POLLIN, 0});
      for (const Lane& lane : worker->lanes) {
        if (lane.state == LaneState::kOverdue) {
          sources.push_back({lane.channel.descriptor(), POLLIN, 0});
        }
      }
    }
  }
  ::poll(sources.data(), sources.size(), static_cast<int>(kTick.count()));
  eventfd_t ignored = 0;
  ::eventfd_read(wakeUp_.number(), &ignored);
}

/// When this process was stopped or starved, its workers had no chance to be heard: what they owe
/// is counted from now.
void WorkerPool::forgiveOurOwnPause(Clock::time_point now) {
  const bool paused = lastRound_ != Clock::time_point{} && now - lastRound_ > kOwnPause;
  lastRound_ = now;
  if (!paused) return;
  for (const auto& worker : workers_) {
    if (worker->pinged) worker->pinged = now;
    for (Lane& lane : worker->lanes) lane.overdueSince = now;
  }
}

void WorkerPool::listen(Worker& worker) {
  if (worker.broken) return;
  try {
    while (const auto message = worker.control.receive(kAtOnce)) hear(worker, *message);
  } catch (const Closed&) {
    worker.broken = true;
  } catch (const std::exception& error) {
    say(worker.name() + " makes no sense: " + error.what());
    worker.broken = true;
  }
  collectOverdue(worker);
}

void WorkerPool::hear(Worker& worker, const SecretBytes& message) {
  if (!worker.opened) {
    worker.opened = true;
    Opened opened = decodeOpened(message.expose());
    if (worker.state == WorkerState::kOpening) admit(worker, std::move(opened));
    return;
  }
  if (!worker.pinged) throw ProtocolError("a pong that nobody asked for");
  worker.pong = decodePong(message.expose());
  worker.current = *std::exchange(worker.pinged, std::nullopt);
  if (worker.residentAtFirst == 0) worker.residentAtFirst = worker.pong.residentBytes;
}

void WorkerPool::admit(Worker& worker, Opened opened) {
  if (!opened.error && opened.witness.size() != kWitnessBytes) {
    throw ProtocolError("a witness of another length");
  }
  if (!opened.error && first_ && !(opened.witness == first_->witness)) {
    opened.error = Error(ErrorCode::kKeyUnusable,
                         "the token's binding key is another one than at start: the token was "
                         "initialised anew or exchanged under the running service");
  }
  if (opened.error) {
    failOpening(*opened.error, opened.error->call() == kLoginCall);
    retire(worker, Reason::kNotOpened);
    return;
  }
  if (!first_) first_ = std::move(opened);
  down_.reset();
  pinDoubtful_ = false;
  successorFailed_ = false;
  lastFailure_.clear();
  worker.enter(WorkerState::kServing);
  say(worker.name() + " serves");
}

void WorkerPool::collectOverdue(Worker& worker) {
  for (Lane& lane : worker.lanes) {
    if (lane.state != LaneState::kOverdue || worker.broken) continue;
    try {
      // Whoever asked has gone; what was answered is wiped, but for what it says of the worker.
      const auto message = lane.channel.receive(kAtOnce, longestAnswer(lane.operation));
      if (!message) continue;
      const Answer answer = decodeAnswer(message->expose());
      if (answer.number != lane.number) throw ProtocolError("an answer to another request");
      lane.state = LaneState::kFree;
      if (answer.replaceWorker) retire(worker, Reason::kReplaced);
    } catch (const std::exception&) {
      lane.state = LaneState::kBroken;
      worker.broken = true;
    }
  }
}

void WorkerPool::judge(Worker& worker, Clock::time_point now) {
  if (worker.broken) {
    worker.process->kill();
    return;
  }
  const auto hangs = [&](const Lane& lane) {
    return lane.state == LaneState::kOverdue && now - lane.overdueSince > options_.overdueGrace;
  };
  switch (worker.state) {
    case WorkerState::kOpening:
      if (now - worker.since <= options_.openingLimit) return;
      failOpening(Error(ErrorCode::kTokenUnavailable, "the module hangs while it opens the token"),
                  true);
      worker.reason = Reason::kHung;
      worker.enter(WorkerState::kStopping);
      worker.process->kill();
      return;
    case WorkerState::kServing:
      ping(worker, now);
      if (worker.pinged && now - *worker.pinged > options_.pulseLimit) {
        // Stopped, or starved: no call of it will come back before it is killed.
        retire(worker, Reason::kHung);
        worker.broken = true;
        worker.process->kill();
      } else if (std::ranges::any_of(worker.lanes, hangs)) {
        retire(worker, Reason::kHung);
      }
      return;
    case WorkerState::kRetiring:
      stopWhenIdle(worker, now);
      return;
    case WorkerState::kStopping:
      // One that is opening its token may be in C_Login, where being killed can damage the token.
      if (now - worker.since > (worker.opened ? options_.stopLimit : options_.openingLimit)) {
        worker.process->kill();
      }
      return;
  }
}

void WorkerPool::retire(Worker& worker, Reason reason) {
  if (worker.state == WorkerState::kRetiring || worker.state == WorkerState::kStopping) return;
  const bool failed = reason == Reason::kHung || reason == Reason::kReplaced;
  if (failed) {
    say(worker.name() + " is given up: " + std::string(toString(reason)));
    if (Clock::now() - worker.since < kSettled) {
      pauseBeforeTheNext();
    } else {
      pause_ = {};
    }
  }
  worker.reason = reason;
  worker.enter(WorkerState::kRetiring);
}

void WorkerPool::retireTheLargest() {
  Worker* largest = nullptr;
  for (const auto& worker : workers_) {
    if (worker->state != WorkerState::kServing) continue;
    if (largest == nullptr || worker->growth() > largest->growth()) largest = worker.get();
  }
  retire(*largest, Reason::kGrown);
}

void WorkerPool::stopWhenIdle(Worker& worker, Clock::time_point now) {
  const auto keeps = [&](const Lane& lane) {
    // The callers of leased ones go by their deadlines.
    return lane.state == LaneState::kLeased ||
           (lane.state == LaneState::kOverdue && now - lane.overdueSince <= options_.overdueGrace);
  };
  if (std::ranges::any_of(worker.lanes, keeps)) return;
  worker.enter(WorkerState::kStopping);
  if (worker.has(LaneState::kOverdue)) {
    worker.process->kill();
    return;
  }
  try {
    worker.control.send(encode(Command::kStop), kAtOnce);
  } catch (const std::exception&) {
    worker.broken = true;
  }
}

void WorkerPool::ping(Worker& worker, Clock::time_point now) {
  if (worker.pinged) return;
  if (now - worker.current < options_.pulse && worker.current >= freshAfter_) return;
  try {
    worker.control.send(encode(Command::kPing), kAtOnce);
    worker.pinged = now;
  } catch (const std::exception&) {
    worker.broken = true;
  }
}

void WorkerPool::bury(Worker& worker) {
  const bool byItself = worker.reason == Reason::kCrashed;
  if (byItself) say(worker.name() + " ended by itself: " + worker.process->ended());
  if (worker.state == WorkerState::kOpening) {
    failOpening(
        Error(ErrorCode::kTokenUnavailable,
              "the worker process ended while it opened the token: " + worker.process->ended()),
        true);
  } else if (byItself && Clock::now() - worker.since < kSettled) {
    pauseBeforeTheNext();
  } else if (byItself) {
    pause_ = {};
  }
  // Should a program that the module started still have the other ends.
  for (Lane& lane : worker.lanes) lane.channel.shutDown();
  addEnded(counters_.summed, worker.pong.statistics);
  ++counters_.ended[static_cast<std::size_t>(worker.reason)];
}

void WorkerPool::failOpening(const Error& error, bool mayHaveGivenPin) {
  if (lastFailure_ != error.what()) say(std::string("the token cannot be opened: ") + error.what());
  lastFailure_ = error.what();
  if (error.code() == ErrorCode::kPinRefused) {
    pinRefused_ = true;
    say("no PIN is given to the token again until SIGHUP or a restart");
  }
  if (mayHaveGivenPin) pinDoubtful_ = true;
  pauseBeforeTheNext();
  if (started_ && count(WorkerState::kServing) > 0) {
    successorFailed_ = true;
  } else {
    down_ = error;
  }
}

void WorkerPool::pauseBeforeTheNext() {
  pause_ = std::clamp(pause_ * 2, kFirstPause, options_.longestPause);
  nextStart_ = Clock::now() + pause_;
}

void WorkerPool::startWhereWanted(Clock::time_point now) {
  // One at a time: C_Login of another process can hide a SoftHSM token from one that starts.
  if (count(WorkerState::kOpening) > 0 || pinRefused_ || now < nextStart_) return;
  const auto grown = std::ranges::find_if(workers_, [this](const auto& worker) {
    return worker->state == WorkerState::kServing && worker->growth() > options_.memoryGrowth;
  });
  const bool anyGrown = grown != workers_.end();
  // The successor of one that has grown serves before that one retires, where the token lets it.
  if (anyGrown && successorFailed_) return retire(**grown, Reason::kGrown);
  if (count(WorkerState::kServing) >= options_.workers + (anyGrown ? 1 : 0)) return;
  try {
    workers_.push_back(std::make_shared<Worker>(++lastNumber_, launch_, pinDoubtful_));
    ++counters_.started;
  } catch (const std::exception& error) {
    failOpening(Error(ErrorCode::kTokenUnavailable,
                      std::string("no worker process can be started: ") + error.what()),
                false);
  }
}

}  // namespace strongroom::hsm::worker
