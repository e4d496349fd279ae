#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include "hsm/administration.h"
#include "hsm/pkcs11/slot_status.h"
#include "hsm/pkcs11/status_codec.h"

namespace strongroom::hsm {
namespace {

using Clock = std::chrono::steady_clock;

ModuleStatus askHere(const ModuleAddress& address) {
  ModuleStatus status{.path = address.path, .library = {}, .failure = {}, .slots = {}};
  try {
    pkcs11::Module module(address.path, address.argument);
    status.library = module.describe();
    status.slots = pkcs11::slotsOf(module);
  } catch (const std::exception& error) {
    status.failure = error.what();
  }
  return status;
}

/// A process that asks one module, and the pipe that its answer comes through.
class Inquiry {
 public:
  explicit Inquiry(const ModuleAddress& address) : address_(address) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) fail("a pipe cannot be made");
    child_ = ::fork();
    if (child_ < 0) fail("a process cannot be started");
    if (child_ == 0) answer(ends[1]);
    ::close(ends[1]);
    pipe_ = ends[0];
  }
  ~Inquiry() {
    ::close(pipe_);
    // What ignores SIGKILL hangs in the kernel, and is left to init.
    if (child_ > 0) ::kill(child_, SIGKILL);
    if (child_ > 0) ::waitpid(child_, nullptr, WNOHANG);
  }
  Inquiry(const Inquiry&) = delete;
  Inquiry& operator=(const Inquiry&) = delete;

  int pipe() const { return ended_ ? -1 : pipe_; }
  bool ended() const { return ended_; }

  /// Reads what is there; notes the end.
  void read() {
    std::array<char, 4096> chunk;
    const ssize_t count = ::read(pipe_, chunk.data(), chunk.size());
    if (count < 0 && errno == EINTR) return;
    if (count > 0) {
      text_.append(chunk.data(), static_cast<std::size_t>(count));
      return;
    }
    ended_ = true;
  }

  ModuleStatus status(std::chrono::milliseconds patience) {
    if (!ended_) return failed("no answer within " + std::to_string(patience.count()) + " ms");
    int ending = 0;
    ::waitpid(std::exchange(child_, -1), &ending, 0);
    if (auto status = pkcs11::decodeStatus(text_)) {
      status->path = address_.path;
      return *std::move(status);
    }
    if (WIFSIGNALED(ending)) {
      return failed("the module crashed: " + std::string(::strsignal(WTERMSIG(ending))));
    }
    return failed("the module ended the process that asked it");
  }

 private:
  [[noreturn]] static void fail(const std::string& what) {
    throw Error(ErrorCode::kFault, what + ": " + std::strerror(errno));
  }

  ModuleStatus failed(std::string why) const {
    return {.path = address_.path, .library = {}, .failure = std::move(why), .slots = {}};
  }

  [[noreturn]] void answer(int pipe) const {
    // Modules print; what they print is no part of our output. Their own tools show it.
    const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    ::dup2(nowhere, STDOUT_FILENO);
    ::dup2(nowhere, STDERR_FILENO);
    const std::string text = pkcs11::encodeStatus(askHere(address_));
    std::size_t sent = 0;
    while (sent < text.size()) {
      const ssize_t count = ::write(pipe, text.data() + sent, text.size() - sent);
      if (count < 0 && errno != EINTR) break;
      if (count > 0) sent += static_cast<std::size_t>(count);
    }
    ::_exit(0);  // no destructors and no exit handlers of ours: this is half a copy of a process
  }

  const ModuleAddress address_;
  int pipe_ = -1;
  pid_t child_ = -1;
  bool ended_ = false;
  std::string text_;
};

}  // namespace

std::vector<ModuleStatus> surveyModules(const std::vector<ModuleAddress>& modules,
                                        std::chrono::milliseconds patience) {
  std::vector<std::unique_ptr<Inquiry>> inquiries;
  for (const auto& address : modules) inquiries.push_back(std::make_unique<Inquiry>(address));

  const auto deadline = Clock::now() + patience;
  while (!std::ranges::all_of(inquiries, &Inquiry::ended)) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (left <= 0) break;
    std::vector<pollfd> pipes;
    for (const auto& inquiry : inquiries) pipes.push_back({inquiry->pipe(), POLLIN, 0});
    ::poll(pipes.data(), pipes.size(), static_cast<int>(left));
    for (std::size_t i = 0; i < pipes.size(); ++i) {
      if (pipes[i].revents != 0) inquiries[i]->read();
    }
  }

  std::vector<ModuleStatus> answers;
  for (const auto& inquiry : inquiries) answers.push_back(inquiry->status(patience));
  return answers;
}

}  // namespace strongroom::hsm
