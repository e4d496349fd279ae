#pragma once

#include <sys/types.h>

namespace strongroom::bench {

/// The CPU time that a process has used, in user and kernel together.
class CpuTime {
 public:
  /// Of this process.
  CpuTime() = default;
  /// Of another with its children, a service with its workers; 0 stands for no process, which uses
  /// none.
  static CpuTime of(pid_t process);

  /// In seconds since the process began. Throws std::runtime_error when it is gone.
  double seconds() const;

 private:
  pid_t process_ = -1;
};

}  // namespace strongroom::bench
