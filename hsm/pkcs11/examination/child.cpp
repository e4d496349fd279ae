#include "hsm/pkcs11/examination/child.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <stdexcept>

namespace strongroom::hsm::pkcs11::examination {
namespace {

/// The parent's own limit comes first; this is for a child whose parent is gone.
constexpr std::chrono::seconds kGrace{10};

[[noreturn]] void serve(const std::function<void(Outbox&)>& work, int descriptor,
                        std::chrono::seconds patience) {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGINT, SIG_IGN);
  if (const int nowhere = ::open("/dev/null", O_RDWR | O_CLOEXEC); nowhere >= 0) {
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::dup2(nowhere, stream);
  }
  try {
    Outbox outbox(descriptor, patience);
    work(outbox);
  } catch (...) {
    // Whoever could be told is the parent, and it is gone, or it sees that the report has no end.
    ::_exit(1);
  }
  // Not exit(): what the parent registered to be done at its end is not this process's to do.
  ::_exit(0);
}

/// Reads until the child closes its end or `receive` has enough; false when it was silent for too
/// long.
bool listen(int descriptor, std::chrono::seconds patience,
            const std::function<bool(const Message&)>& receive) {
  MessageReader reader;
  std::array<char, 4096> chunk{};
  for (;;) {
    pollfd waiting{.fd = descriptor, .events = POLLIN, .revents = 0};
    const int ready = ::poll(&waiting, 1, static_cast<int>(patience.count()) * 1000);
    if (ready < 0 && errno == EINTR) continue;
    if (ready == 0) return false;
    const ssize_t got = ::read(descriptor, chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return true;
    reader.append({chunk.data(), static_cast<std::size_t>(got)});
    while (const auto message = reader.next()) {
      if (!receive(*message)) return true;
    }
  }
}

int waitFor(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

}  // namespace

void Outbox::send(const Message& message) {
  ::alarm(static_cast<unsigned>((patience_ + kGrace).count()));
  const std::string bytes = encode(message);
  for (std::size_t sent = 0; sent < bytes.size();) {
    const ssize_t written = ::write(descriptor_, bytes.data() + sent, bytes.size() - sent);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw std::runtime_error("nobody listens to the examination");
    sent += static_cast<std::size_t>(written);
  }
}

ChildEnd runChild(const std::function<void(Outbox&)>& work, std::chrono::seconds patience,
                  const std::function<bool(const Message&)>& receive) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("cannot make a pipe");
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    serve(work, ends[1], patience);
  }
  ::close(ends[1]);
  if (child < 0) {
    ::close(ends[0]);
    throw std::runtime_error("cannot start a process for the module");
  }
  ChildEnd end;
  try {
    end.hung = !listen(ends[0], patience, receive);
  } catch (...) {
    ::kill(child, SIGKILL);
    ::close(ends[0]);
    waitFor(child);
    throw;
  }
  ::close(ends[0]);
  if (end.hung) ::kill(child, SIGKILL);
  const int status = waitFor(child);
  end.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  return end;
}

}  // namespace strongroom::hsm::pkcs11::examination
