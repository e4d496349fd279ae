#include "hsm/worker/worker_pool.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include "hsm/worker/statistics_sum.h"

namespace strongroom::hsm::worker {
namespace {

constexpr std::chrono::milliseconds kHeadStart{20};

/// How long counters() waits for workers to tell theirs.
constexpr std::chrono::milliseconds kTelling{200};

Descriptor makeEvent() {
  Descriptor event(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!event) throw std::system_error(errno, std::generic_category(), "eventfd");
  return event;
}

/// One more in a count, for as long as it lives and if it counts at all.
class Counted {
 public:
  Counted(std::size_t& count, bool counts) : count_(count), counts_(counts) {
    if (counts_) ++count_;
  }
  ~Counted() {
    if (counts_) --count_;
  }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;

 private:
  std::size_t& count_;
  const bool counts_;
};

}  // namespace

WorkerPool::WorkerPool(Launch launch, const WorkerOptions& options, WorkerLog log)
    : launch_(std::move(launch)), options_(options), log_(std::move(log)), wakeUp_(makeEvent()) {
  counters_.wanted = options_.workers;
  supervisor_ = std::jthread([this](const std::stop_token& stop) { supervise(stop); });
  std::unique_lock lock(mutex_);
  const bool decided = changed_.wait_for(
      lock, options_.openingLimit * (options_.workers + 1),
      [this] { return count(WorkerState::kServing) >= options_.workers || down_; });
  if (!decided) down_ = Error(ErrorCode::kTokenUnavailable, "the workers do not go on serving");
  started_ = true;
  if (!down_ || options_.mayBeAbsent) return;
  const Error error = *down_;
  lock.unlock();
  supervisor_.request_stop();
  wake();
  supervisor_.join();
  throw error;
}

WorkerPool::~WorkerPool() {
  supervisor_.request_stop();
  wake();
}

Exchange WorkerPool::exchange(const Request& asked) {
  Request request = asked;
  const Lease leased = lease(request);
  request.number = leased.lane->number;
  // So that a worker's own "too late" comes in time.
  const Deadline deadline = std::exchange(request.deadline, request.deadline - kHeadStart);
  Channel& channel = leased.lane->channel;
  Exchange result;
  try {
    channel.send(encode(request), deadline);
    if (const auto message = channel.receive(deadline, longestAnswer(request.operation))) {
      result.answer = decodeAnswer(message->expose());
      if (result.answer.number != request.number) {
        throw ProtocolError("an answer to another request");
      }
      result.outcome = Exchange::Outcome::kAnswered;
      giveBack(leased, LaneState::kFree, result.answer.replaceWorker);
    } else {
      giveBack(leased, LaneState::kOverdue, false);
    }
  } catch (const Closed&) {
    result.outcome = Exchange::Outcome::kLost;
    giveBack(leased, LaneState::kBroken, false);
  } catch (const std::exception& error) {
    // What breaks the protocol may break more: nothing that this worker says is believed.
    giveBack(leased, LaneState::kBroken, false);
    throw Error(ErrorCode::kFault, std::string("a worker makes no sense: ") + error.what());
  }
  return result;
}

WorkerPool::Lease WorkerPool::lease(const Request& request) {
  std::unique_lock lock(mutex_);
  std::shared_ptr<Worker> worker;
  const auto found = [&] {
    refuseWhenDown();
    if (isAdministrative(request.operation) && isAdministered()) return false;
    return (worker = bestWorker()) != nullptr;
  };
  if (Clock::now() >= request.deadline) {
    throw Error(ErrorCode::kBusy, "the deadline passed before the call");
  }
  if (!found()) {
    if (waiters_ >= mostWaiters()) {
      ++counters_.summed.leaseTimeouts;
      throw Error(ErrorCode::kBusy, "too many calls wait for a session with the token already");
    }
    ++counters_.summed.leaseWaits;
    const auto start = Clock::now();
    const Counted waiting(waiters_, true);
    const Counted administering(administrativeWaiters_, isAdministrative(request.operation));
    const bool inTime = freed_.wait_until(lock, request.deadline, found);
    counters_.summed.leaseWaitSeconds +=
        std::chrono::duration<double>(Clock::now() - start).count();
    if (!inTime) {
      ++counters_.summed.leaseTimeouts;
      throw Error(ErrorCode::kBusy, "no session with the token became free before the deadline");
    }
  }
  Lane* lane = worker->freeLane();
  lane->state = LaneState::kLeased;
  lane->operation = request.operation;
  ++lane->number;
  return {std::move(worker), lane};
}

std::size_t WorkerPool::mostWaiters() const {
  return std::size_t{options_.workers} * launch_.token.sessions * kWaitingPerSession +
         kWaitingBesides;
}

bool WorkerPool::isAdministered() const {
  return std::ranges::any_of(workers_,
                             [](const auto& worker) { return worker->isAdministering(); });
}

std::shared_ptr<Worker> WorkerPool::bestWorker() {
  std::shared_ptr<Worker> best;
  std::size_t most = 0;
  ++turn_;  // so that equals take turns
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    const auto& worker = workers_[(turn_ + i) % workers_.size()];
    if (worker->state != WorkerState::kServing || worker->broken) continue;
    if (const std::size_t free = worker->freeLanes(); free > most) {
      best = worker;
      most = free;
    }
  }
  return best;
}

void WorkerPool::refuseWhenDown() const {
  if (!down_ || count(WorkerState::kServing) > 0) return;
  // What keeps a token from being opened may pass, so callers may try again; a refused PIN waits
  // for a person.
  const auto code = pinRefused_ ? ErrorCode::kPinRefused : ErrorCode::kTokenUnavailable;
  throw Error(code, std::string("the token is not open: ") + down_->what(), down_->call(),
              down_->returnValue());
}

void WorkerPool::giveBack(const Lease& lease, LaneState state, bool replaceWorker) {
  const std::lock_guard lock(mutex_);
  Worker& worker = *lease.worker;
  lease.lane->state = state;
  if (state == LaneState::kOverdue) lease.lane->overdueSince = Clock::now();
  if (state == LaneState::kBroken) worker.broken = true;
  if (replaceWorker && worker.state == WorkerState::kServing) retire(worker, Reason::kReplaced);
  if (state != LaneState::kFree || worker.state != WorkerState::kServing) wake();
  // A free lane may be no use to a waiter whose call has to wait for another one's end.
  administrativeWaiters_ > 0 ? freed_.notify_all() : freed_.notify_one();
}

TokenDescription WorkerPool::describe() const {
  const std::lock_guard lock(mutex_);
  if (first_) return first_->description;
  TokenDescription token;
  token.label = launch_.token.token.label.empty() ? launch_.token.token.describe()
                                                  : launch_.token.token.label;
  token.serial = launch_.token.token.serial;
  return token;
}

WorkerPool::Counters WorkerPool::counters() {
  std::unique_lock lock(mutex_);
  const auto now = Clock::now();
  freshAfter_ = now;
  wake();
  changed_.wait_for(lock, kTelling, [&] {
    return std::ranges::all_of(workers_, [&](const auto& worker) {
      return worker->state != WorkerState::kServing || worker->current >= now;
    });
  });
  Counters result = counters_;
  for (const auto& worker : workers_) {
    add(result.summed, worker->pong.statistics);
    result.residentBytes += worker->pong.residentBytes;
    result.serving += worker->state == WorkerState::kServing ? 1 : 0;
  }
  return result;
}

void WorkerPool::retryLogin() {
  const std::lock_guard lock(mutex_);
  pinRefused_ = false;
  pinDoubtful_ = false;
  nextStart_ = {};
  wake();
}

void WorkerPool::wake() const {
  ::eventfd_write(wakeUp_.number(), 1);
}

std::size_t WorkerPool::count(WorkerState state) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(workers_, [state](const auto& w) { return w->state == state; }));
}

}  // namespace strongroom::hsm::worker
