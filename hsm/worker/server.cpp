#include "hsm/worker/server.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <list>
#include <thread>

#include "hsm/open_token.h"
#include "hsm/reinitialisation.h"
#include "hsm/worker/messages.h"

namespace strongroom::hsm::worker {
namespace {

/// How long an opening or a call may go on when the service is gone: killing a process in C_Login
/// or C_GenerateKey can damage a SoftHSM token.
constexpr unsigned kLastSeconds = 60;

constexpr std::string_view kWitnessMessage = "strongroom/worker-witness";

std::uint64_t residentBytes() {
  std::uint64_t total = 0;
  std::uint64_t resident = 0;
  std::ifstream("/proc/self/statm") >> total >> resident;
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

using Call = Answer (*)(Hsm& hsm, const Request& request);

/// By Operation.
constexpr std::array<Call, kOperations> kCalls{
    +[](Hsm& hsm, const Request& r) {
      hsm.generateKey(r.ref, r.deadline);
      return Answer{};
    },
    +[](Hsm& hsm, const Request& r) {
      hsm.verifyKey(r.ref, r.deadline);
      return Answer{};
    },
    +[](Hsm& hsm, const Request& r) {
      hsm.destroyKey(r.ref, r.deadline);
      return Answer{};
    },
    +[](Hsm& hsm, const Request& r) {
      Answer answer;
      answer.refs = hsm.listKeys(r.deadline);
      return answer;
    },
    +[](Hsm& hsm, const Request& r) {
      DataKey key = hsm.generateDataKey(r.ref, r.bytes, r.plaintext, r.deadline);
      Answer answer;
      answer.secret = std::move(key.plaintext);
      answer.wrapped = std::move(key.wrapped);
      answer.method = key.method;
      return answer;
    },
    +[](Hsm& hsm, const Request& r) {
      Answer answer;
      answer.secret = hsm.unwrapDataKey(r.ref, r.method, r.data, r.deadline);
      return answer;
    },
    +[](Hsm& hsm, const Request& r) {
      Answer answer;
      answer.secret = hsm.bindingMac(r.data, r.deadline);
      return answer;
    },
    +[](Hsm& hsm, const Request& r) {
      Answer answer;
      SecretBytes random(r.bytes);
      hsm.random(random.exposeWritable(), r.deadline);
      answer.secret = std::move(random);
      return answer;
    },
    +[](Hsm& hsm, const Request& r) {
      hsm.probe(r.deadline);
      return Answer{};
    },
};

/// Whether an error may come from a token that is gone while its module has not noticed: SoftHSM,
/// for one, finds no object in a token whose folder is away.
bool isSuspicious(const Error& error) {
  constexpr std::array kCodes{ErrorCode::kKeyNotFound, ErrorCode::kKeyUnusable, ErrorCode::kFault};
  return std::ranges::find(kCodes, error.code()) != kCodes.end() ||
         reinitialisationFor(error) == Reinitialisation::kWhenItLasts;
}

/// Whether the token is still what it was when we opened it.
bool provesItself(Hsm& hsm, Deadline deadline) {
  try {
    hsm.probe(deadline);
    return true;
  } catch (const Error& error) {
    return error.code() == ErrorCode::kBusy;
  }
}

Answer judged(Hsm& hsm, const Request& request, const Error& error) {
  Answer answer;
  answer.error = error;
  answer.replaceWorker =
      reinitialisationFor(error) == Reinitialisation::kNow ||
      (request.operation == Operation::kProbe && error.code() != ErrorCode::kBusy);
  if (!answer.replaceWorker && isSuspicious(error) && !provesItself(hsm, request.deadline)) {
    answer.replaceWorker = true;
    answer.error =
        Error(ErrorCode::kTokenUnavailable,
              std::string("the token does not answer for itself any more; ") + error.what(),
              error.call(), error.returnValue());
  }
  return answer;
}

Answer answerTo(Hsm& hsm, const Request& request) {
  try {
    return kCalls[static_cast<std::size_t>(request.operation)](hsm, request);
  } catch (const Error& error) {
    return judged(hsm, request, error);
  } catch (const std::exception& error) {
    Answer answer;
    answer.error = Error(ErrorCode::kFault, error.what());
    return answer;
  }
}

void serveLane(Channel& lane, Hsm& hsm) {
  try {
    while (true) {
      const SecretBytes message = lane.receive();
      const Request request = decodeRequest(message.expose());
      Answer answer = answerTo(hsm, request);
      answer.number = request.number;
      lane.send(encode(answer), Deadline::max());
    }
  } catch (const Closed&) {
    // The ordinary end: the service, or our own main thread, closed the lane.
  }
}

/// The token's PIN; `kept` is the file that the service keeps it in when it came by a descriptor.
SecretBytes readPinOf(const Open& open, const Descriptor& kept) {
  PinSource source = open.pin;
  if (source.descriptor >= 0) {
    // A new opening, with a place of its own in the file: the service's other workers have theirs.
    const std::string file = "/proc/self/fd/" + std::to_string(kept.number());
    source.descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  }
  try {
    return readPin(source);
  } catch (const std::exception& error) {  // to be mended by a person
    throw Error(ErrorCode::kPinRefused, error.what());
  }
}

struct OpenedToken {
  std::unique_ptr<Hsm> hsm;
  Opened message;
};

OpenedToken openAsAsked(Open open, const Descriptor& pin) {
  OpenedToken result;
  try {
    open.token.renewLogin = false;
    result.hsm = openToken(open.token, readPinOf(open, pin));
    result.message.description = result.hsm->describe();
    result.message.witness = result.hsm->bindingMac(asBytes(kWitnessMessage),
                                                    deadlineIn(std::chrono::seconds(kLastSeconds)));
  } catch (const Error& error) {
    result.message.error = error;
  } catch (const std::exception& error) {
    result.message.error = Error(ErrorCode::kFault, error.what());
  }
  return result;
}

/// Ends the process when the module keeps it from ending by itself.
void endWithinSeconds(unsigned seconds) {
  std::thread([seconds] {
    std::this_thread::sleep_for(std::chrono::seconds(seconds));
    ::_exit(1);
  }).detach();
}

/// Answers pings until the service says stop or is gone. `hsm` is set when the token is open.
void answerPings(Channel& control, const std::atomic<Hsm*>& hsm) {
  try {
    while (decodeCommand(control.receive().expose()) == Command::kPing) {
      Pong pong;
      pong.residentBytes = residentBytes();
      if (const Hsm* open = hsm.load()) pong.statistics = open->statistics();
      control.send(encode(pong), Deadline::max());
    }
  } catch (const Closed&) {
    // The service is gone.
  }
}

}  // namespace

void serve(Channel& control) {
  const SecretBytes first = control.receive();
  std::vector<Descriptor> descriptors = control.takeDescriptors();
  const Open open = decodeOpen(first.expose());
  const bool hasPin = open.pin.descriptor >= 0;
  if (descriptors.size() != open.token.sessions + (hasPin ? 1 : 0)) {
    throw ProtocolError("descriptors were lost on their way: are too many files open?");
  }
  Descriptor pin;
  if (hasPin) {
    pin = std::move(descriptors.back());
    descriptors.pop_back();
  }
  std::list<Channel> lanes;
  for (Descriptor& descriptor : descriptors) lanes.emplace_back(std::move(descriptor));

  std::atomic<Hsm*> opened{nullptr};
  OpenedToken token;
  std::thread working([&] {
    token = openAsAsked(open, pin);
    pin.close();
    control.send(encode(token.message), Deadline::max());
    if (!token.hsm) return;
    opened = token.hsm.get();
    std::list<std::jthread> threads;  // its end waits for each
    for (Channel& lane : lanes) {
      threads.emplace_back([&lane, &token] { serveLane(lane, *token.hsm); });
    }
  });
  answerPings(control, opened);
  endWithinSeconds(kLastSeconds);
  for (Channel& lane : lanes) lane.shutDown();
  working.join();
}

}  // namespace strongroom::hsm::worker
