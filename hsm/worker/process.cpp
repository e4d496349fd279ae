#include "hsm/worker/process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <stdexcept>
#include <system_error>

extern "C" {
#include <sys/pidfd.h>  // glibc 2.36 forgot to say that it is C
extern char** environ;
}

namespace strongroom::hsm::worker {
namespace {

constexpr const char* kProgramName = "strongroom-hsm-worker";
constexpr int kControl = 3;

/// What posix_spawn does in the child: it is between fork and exec of a program with many threads,
/// where nearly nothing of our own may run.
class SpawnPlan {
 public:
  explicit SpawnPlan(const Descriptor& control) {
    posix_spawn_file_actions_init(&actions_);
    // First, for a program that was started without standard input has another file there.
    posix_spawn_file_actions_adddup2(&actions_, control.number(), kControl);
    posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions_, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addclosefrom_np(&actions_, kControl + 1);
    posix_spawnattr_init(&attributes_);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK);
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attributes_, &none);
  }
  ~SpawnPlan() {
    posix_spawnattr_destroy(&attributes_);
    posix_spawn_file_actions_destroy(&actions_);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;

  pid_t spawn(const char* program, char* const* arguments) const {
    pid_t id = -1;
    const int result = ::posix_spawn(&id, program, &actions_, &attributes_, arguments, environ);
    if (result != 0) throw std::system_error(result, std::generic_category(), program);
    return id;
  }

 private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

std::string describe(const siginfo_t& info) {
  const bool exited = info.si_code == CLD_EXITED;
  return (exited ? "exit " : "signal ") + std::to_string(info.si_status);
}

}  // namespace

Process::Process(const std::filesystem::path& program, const std::vector<std::string>& arguments,
                 const Descriptor& control) {
  std::string name = program.string();
  std::vector<std::string> copies = arguments;
  std::vector<char*> pointers{name.data()};
  for (std::string& argument : copies) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  id_ = SpawnPlan(control).spawn(name.c_str(), pointers.data());
  descriptor_ = Descriptor(::pidfd_open(id_, 0));
  if (!descriptor_) {
    const int error = errno;
    ::kill(id_, SIGKILL);
    ::waitpid(id_, nullptr, 0);
    throw std::system_error(error, std::generic_category(), "pidfd_open");
  }
}

Process::~Process() {
  if (!ended().empty()) return;
  kill();
  siginfo_t info{};
  while (::waitid(P_PIDFD, static_cast<id_t>(descriptor()), &info, WEXITED) != 0 &&
         errno == EINTR) {
  }
}

void Process::kill() noexcept {
  ::pidfd_send_signal(descriptor(), SIGKILL, nullptr, 0);
}

const std::string& Process::ended() {
  if (!end_.empty()) return end_;
  siginfo_t info{};
  const int result = ::waitid(P_PIDFD, static_cast<id_t>(descriptor()), &info, WEXITED | WNOHANG);
  if (result == 0 && info.si_pid != 0) end_ = describe(info);
  // Whoever started us ignores SIGCHLD: then nobody tells how children end.
  if (result != 0 && errno == ECHILD) end_ = "unknown";
  return end_;
}

std::filesystem::path findWorkerProgram() {
  const std::filesystem::path folder =
      std::filesystem::read_symlink("/proc/self/exe").parent_path();
  const std::filesystem::path beside = folder / kProgramName;
  const std::filesystem::path installed =
      folder.parent_path() / "libexec" / "strongroom" / kProgramName;
  for (const auto& place : {beside, installed}) {
    if (std::filesystem::exists(place)) return place;
  }
  throw std::runtime_error("the worker program is missing: neither " + beside.string() + " nor " +
                           installed.string() + " is there");
}

}  // namespace strongroom::hsm::worker
