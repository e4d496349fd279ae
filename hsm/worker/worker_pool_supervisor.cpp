// The thread that watches a pool's workers.
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>

#include "hsm/worker/statistics_sum.h"
#include "hsm/worker/worker_pool.h"

namespace strongroom::hsm::worker {
namespace {

/// How often time limits are looked at when nothing happens.
constexpr int kTickMilliseconds = 50;

constexpr std::chrono::milliseconds kFirstPause{50};

/// One that ends sooner than this after it began to serve makes the next wait.
constexpr std::chrono::seconds kSettled{5};

/// For a receive() that takes only what is there.
Deadline atOnce() {
  return Deadline{};
}

}  // namespace

void WorkerPool::supervise(const std::stop_token& stop) {
  while (true) {
    waitForNews();
    const std::lock_guard lock(mutex_);
    const auto now = Clock::now();
    for (const auto& worker : workers_) {
      listen(*worker);
      if (stop.stop_requested()) retire(*worker, Reason::kStopped);
      judge(*worker, now);
    }
    std::erase_if(workers_, [this](const auto& worker) {
      if (worker->process->ended().empty()) return false;
      bury(*worker);
      return true;
    });
    if (!stop.stop_requested()) {
      startWhereWanted(now);
    } else if (workers_.empty()) {
      return;
    }
    changed_.notify_all();
  }
}

void WorkerPool::waitForNews() {
  std::vector<pollfd> sources{{wakeUp_.number(), POLLIN, 0}};
  {
    const std::lock_guard lock(mutex_);
    for (const auto& worker : workers_) {
      sources.push_back({worker->control.descriptor(), POLLIN, 0});
      sources.push_back({worker->process->descriptor(), POLLIN, 0});
      for (const Lane& lane : worker->lanes) {
        if (lane.state == LaneState::kOverdue) {
          sources.push_back({lane.channel.descriptor(), POLLIN, 0});
        }
      }
    }
  }
  ::poll(sources.data(), sources.size(), kTickMilliseconds);
  eventfd_t ignored = 0;
  ::eventfd_read(wakeUp_.number(), &ignored);
}

void WorkerPool::listen(Worker& worker) {
  try {
    while (const auto message = worker.control.receive(atOnce())) hear(worker, *message);
  } catch (const Closed&) {
    // Its process is ending, which its descriptor tells.
  } catch (const std::exception& error) {
    say(worker.name() + " breaks the protocol: " + error.what());
    worker.process->kill();
  }
  collectOverdue(worker);
}

void WorkerPool::hear(Worker& worker, const SecretBytes& message) {
  if (worker.state == WorkerState::kOpening) {
    admit(worker, decodeOpened(message.expose()));
    return;
  }
  worker.pong = decodePong(message.expose());
  if (worker.pinged) worker.current = *std::exchange(worker.pinged, std::nullopt);
  if (worker.residentAtFirst == 0) worker.residentAtFirst = worker.pong.residentBytes;
}

void WorkerPool::admit(Worker& worker, Opened opened) {
  if (opened.error) {
    failOpening(*opened.error);
    retire(worker, Reason::kNotOpened);
    return;
  }
  if (first_ && !(opened.witness == first_->witness)) {
    failOpening(Error(ErrorCode::kKeyUnusable,
                      "the token's binding key is another one than at start: the token was "
                      "initialised anew or exchanged under the running service"));
    retire(worker, Reason::kNotOpened);
    return;
  }
  if (!first_) first_ = std::move(opened);
  down_.reset();
  worker.enter(WorkerState::kServing);
  say(worker.name() + " serves");
}

void WorkerPool::collectOverdue(Worker& worker) {
  for (Lane& lane : worker.lanes) {
    if (lane.state != LaneState::kOverdue) continue;
    try {
      // Whoever asked has gone; what was answered is wiped.
      if (lane.channel.receive(atOnce())) lane.state = LaneState::kFree;
    } catch (const std::exception&) {
      // Closed with its process, or no message at all: the lane stays overdue, and the worker is
      // judged by that.
    }
  }
}

void WorkerPool::judge(Worker& worker, Clock::time_point now) {
  const auto hangs = [&](const Lane& lane) {
    return lane.state == LaneState::kOverdue && now - lane.overdueSince > options_.overdueGrace;
  };
  switch (worker.state) {
    case WorkerState::kOpening:
      if (now - worker.since <= options_.openingLimit) return;
      failOpening(Error(ErrorCode::kTokenUnavailable, "the module hangs while it opens the token"));
      worker.reason = Reason::kHung;
      worker.enter(WorkerState::kStopping);
      worker.process->kill();
      return;
    case WorkerState::kServing:
      ping(worker, now);
      if (worker.pinged && now - *worker.pinged > options_.pulseLimit) {
        // Stopped, or starved: no call of it will come back before it is killed.
        retire(worker, Reason::kHung);
        worker.enter(WorkerState::kStopping);
        worker.process->kill();
      } else if (std::ranges::any_of(worker.lanes, hangs)) {
        retire(worker, Reason::kHung);
      } else if (worker.pong.residentBytes > worker.residentAtFirst + options_.memoryGrowth &&
                 count(WorkerState::kServing) > options_.workers) {
        retire(worker, Reason::kGrown);
      }
      return;
    case WorkerState::kRetiring:
      stopWhenIdle(worker, now);
      return;
    case WorkerState::kStopping:
      if (now - worker.since > options_.stopLimit) worker.process->kill();
      return;
  }
}

void WorkerPool::retire(Worker& worker, Reason reason) {
  if (worker.state == WorkerState::kRetiring || worker.state == WorkerState::kStopping) return;
  worker.reason = reason;
  worker.enter(WorkerState::kRetiring);
  if (reason == Reason::kHung || reason == Reason::kReplaced) {
    say(worker.name() + " is given up: " + std::string(toString(reason)));
  }
}

void WorkerPool::stopWhenIdle(Worker& worker, Clock::time_point now) {
  if (worker.has(LaneState::kLeased)) return;  // their callers go by their deadlines
  const bool overdue = worker.has(LaneState::kOverdue);
  if (overdue && now - worker.since <= options_.overdueGrace) return;
  worker.enter(WorkerState::kStopping);
  if (overdue) {
    worker.process->kill();
    return;
  }
  try {
    worker.control.send(encode(Command::kStop));
  } catch (const std::exception&) {
    worker.process->kill();
  }
}

void WorkerPool::ping(Worker& worker, Clock::time_point now) {
  if (worker.pinged) return;
  if (now - worker.current < options_.pulse && worker.current >= freshAfter_) return;
  try {
    worker.control.send(encode(Command::kPing));
    worker.pinged = now;
  } catch (const std::exception&) {
    worker.process->kill();
  }
}

void WorkerPool::bury(Worker& worker) {
  const bool failed = worker.reason == Reason::kCrashed;
  if (failed) say(worker.name() + " ended by itself: " + worker.process->ended());
  if (worker.state == WorkerState::kOpening) {
    failOpening(
        Error(ErrorCode::kTokenUnavailable,
              "the worker process ended while it opened the token: " + worker.process->ended()));
  } else if (failed && Clock::now() - worker.since < kSettled) {
    pause_ = std::clamp(pause_ * 2, kFirstPause, options_.longestPause);
    nextStart_ = Clock::now() + pause_;
  } else if (failed) {
    pause_ = {};
  }
  addEnded(counters_.summed, worker.pong.statistics);
  ++counters_.ended[static_cast<std::size_t>(worker.reason)];
}

void WorkerPool::failOpening(const Error& error) {
  if (!down_ || std::string_view(down_->what()) != error.what()) {
    say(std::string("the token cannot be opened: ") + error.what());
  }
  down_ = error;
  if (error.code() == ErrorCode::kPinRefused) {
    pinRefused_ = true;
    say("no PIN is given to the token again until SIGHUP or a restart");
  }
  pause_ = std::clamp(pause_ * 2, kFirstPause, options_.longestPause);
  nextStart_ = Clock::now() + pause_;
}

void WorkerPool::startWhereWanted(Clock::time_point now) {
  // One at a time: C_Login of another process can hide a SoftHSM token from one that starts.
  if (count(WorkerState::kOpening) > 0 || pinRefused_ || now < nextStart_) return;
  const bool grown = std::ranges::any_of(workers_, [this](const auto& worker) {
    return worker->state == WorkerState::kServing &&
           worker->pong.residentBytes > worker->residentAtFirst + options_.memoryGrowth;
  });
  // The successor of one that has grown serves before that one retires.
  if (count(WorkerState::kServing) >= options_.workers + (grown ? 1 : 0)) return;
  try {
    workers_.push_back(std::make_shared<Worker>(++lastNumber_, launch_));
    ++counters_.started;
  } catch (const std::exception& error) {
    failOpening(Error(ErrorCode::kTokenUnavailable,
                      std::string("no worker process can be started: ") + error.what()));
  }
}

}  // namespace strongroom::hsm::worker
