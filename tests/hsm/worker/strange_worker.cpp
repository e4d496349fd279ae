// A worker that opens any token and serves it well until it is asked for something: then it breaks
// the protocol in the way that STRONGROOM_STRANGE names.
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <list>
#include <string>
#include <thread>

#include "hsm/worker/channel.h"
#include "hsm/worker/messages.h"

namespace strongroom::hsm::worker {
namespace {

constexpr Deadline kNever = Deadline::max();

Channel* theControl = nullptr;

[[noreturn]] void sendForEver(Channel& channel, const SecretBytes& message) {
  while (true) channel.send(message, kNever);
}

void write(Channel& lane, std::string_view bytes) {
  if (::write(lane.descriptor(), bytes.data(), bytes.size()) < 0) std::abort();
}

using Habit = void (*)(Channel& lane, Answer& right);

struct Row {
  std::string_view name;
  Habit habit;
};

constexpr std::array kHabits = std::to_array<Row>({
    {"flooding-answers", [](Channel& lane, Answer& right) { sendForEver(lane, encode(right)); }},
    {"flooding-pongs",
     [](Channel& lane, Answer& right) {
       lane.send(encode(right), kNever);
       sendForEver(*theControl, encode(Pong{}));
     }},
    {"endless-length", [](Channel& lane, Answer&) { write(lane, "\xff\xff\xff\xff"); }},
    {"no-answer", [](Channel& lane, Answer&) { lane.send(SecretBytes(asBytes("??")), kNever); }},
    {"of-another-request",
     [](Channel& lane, Answer& right) {
       ++right.number;
       lane.send(encode(right), kNever);
     }},
    {"half-an-answer",
     [](Channel& lane, Answer&) { write(lane, std::string_view("\0\0\0\x40?", 5)); }},
});

void serveLane(Channel& lane, Habit habit) {
  while (true) {
    const SecretBytes message = lane.receive();
    const Request request = decodeRequest(message.expose());
    Answer right;
    right.number = request.number;
    right.secret = SecretBytes(request.bytes);
    habit(lane, right);
  }
}

[[noreturn]] void serve(Habit habit) {
  Channel control(Descriptor(3), Channel::Descriptors::kTaken);
  theControl = &control;
  control.receive();
  Opened opened;
  opened.witness = SecretBytes(32);
  control.send(encode(opened), kNever);
  std::list<Channel> lanes;
  for (Descriptor& end : control.takeDescriptors()) {
    Channel& lane = lanes.emplace_back(std::move(end));
    std::thread([&lane, habit] {
      try {
        serveLane(lane, habit);
      } catch (const Closed&) {
        // The pool has given this lane up; the process lives on, to be killed.
      }
    }).detach();
  }
  while (true) {
    if (decodeCommand(control.receive().expose()) == Command::kStop) ::_exit(0);
    control.send(encode(Pong{}), kNever);
  }
}

}  // namespace
}  // namespace strongroom::hsm::worker

int main() {
  using namespace strongroom::hsm::worker;
  std::signal(SIGPIPE, SIG_IGN);
  const std::string_view name = std::getenv("STRONGROOM_STRANGE");
  for (const Row& row : kHabits) {
    if (row.name == name) serve(row.habit);
  }
  return 70;
}
