#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

#include "hsm/worker/channel.h"

namespace strongroom::hsm::worker {

/// A child process, known by a descriptor that no later process can take over. It is killed and
/// waited for at its end. For one thread at a time.
class Process {
 public:
  /// Starts `program` with `control` as its descriptor 3 and no other of ours but standard error.
  /// Throws std::system_error.
  Process(const std::filesystem::path& program, const std::vector<std::string>& arguments,
          const Descriptor& control);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t id() const { return id_; }
  /// Readable as soon as the process has ended: for poll().
  int descriptor() const { return descriptor_.number(); }
  /// SIGKILL; nothing when it has ended.
  void kill() noexcept;
  /// How it ended, in words ("exit 70", "signal 11"), when it has; else empty.
  const std::string& ended();

 private:
  pid_t id_ = -1;
  Descriptor descriptor_;
  std::string end_;
};

/// The worker program beside the running program, where a build and an installation put both, or
/// else in ../libexec/strongroom. Throws std::runtime_error that names both places.
std::filesystem::path findWorkerProgram();

}  // namespace strongroom::hsm::worker
