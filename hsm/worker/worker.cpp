#include "hsm/worker/worker.h"

#include <algorithm>
#include <array>

namespace strongroom::hsm::worker {
namespace {

/// A new process takes its first message when it runs, and the socket holds it until then.
constexpr std::chrono::seconds kTaking{1};

constexpr std::array<std::string_view, kReasons> kReasonNames{"stopped", "not-opened", "crashed",
                                                              "hung",    "replaced",   "grown"};

}  // namespace

std::string_view toString(Reason reason) {
  return kReasonNames[static_cast<std::size_t>(reason)];
}

Worker::Worker(unsigned itsNumber, const Launch& launch, bool pinDoubtful)
    : number(itsNumber), control(Descriptor{}) {
  auto [ours, theirs] = connectedPair();
  control = Channel(std::move(ours));
  process.emplace(launch.program, launch.arguments, theirs);
  std::vector<Descriptor> ends;  // of theirs, until the message has carried copies
  std::vector<int> numbers;
  for (std::uint32_t i = 0; i < launch.token.sessions; ++i) {
    auto [lane, end] = connectedPair();
    lanes.emplace_back(Lane{.channel = Channel(std::move(lane))});
    numbers.push_back(end.number());
    ends.push_back(std::move(end));
  }
  Open open{.token = launch.token, .pin = launch.pin};
  open.token.pinDoubtful = pinDoubtful;
  if (launch.pinFile) {
    open.pin.descriptor = 0;
    numbers.push_back(launch.pinFile.number());
  }
  control.send(encode(open), deadlineIn(kTaking), numbers);
}

std::string Worker::name() const {
  return "worker " + std::to_string(number) + " (process " + std::to_string(process->id()) + ")";
}

bool Worker::has(LaneState wanted) const {
  return std::ranges::any_of(lanes, [wanted](const Lane& lane) { return lane.state == wanted; });
}

bool Worker::isAdministering() const {
  return std::ranges::any_of(lanes, [](const Lane& lane) {
    return (lane.state == LaneState::kLeased || lane.state == LaneState::kOverdue) &&
           isAdministrative(lane.operation);
  });
}

std::uint64_t Worker::growth() const {
  return pong.residentBytes - std::min(pong.residentBytes, residentAtFirst);
}

Lane* Worker::freeLane() {
  const auto free = std::ranges::find(lanes, LaneState::kFree, &Lane::state);
  return free == lanes.end() ? nullptr : &*free;
}

std::size_t Worker::freeLanes() const {
  return static_cast<std::size_t>(std::ranges::count(lanes, LaneState::kFree, &Lane::state));
}

void Worker::enter(WorkerState next) {
  state = next;
  since = Clock::now();
}

}  // namespace strongroom::hsm::worker
