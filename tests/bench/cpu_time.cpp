#include "tests/bench/cpu_time.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace strongroom::bench {
namespace {

double ofOurselves() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// Of one other process, without its children.
double ofProcess(pid_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/stat");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  // The second field, a name in parentheses, may hold anything; utime and stime are the 14th and
  // 15th.
  const std::size_t nameEnd = text.rfind(')');
  if (nameEnd == std::string::npos) throw std::runtime_error("the server is gone");
  std::istringstream fields(text.substr(nameEnd + 1));
  std::string skipped;
  for (int field = 3; field < 14; ++field) fields >> skipped;
  double user = 0, kernel = 0;
  fields >> user >> kernel;
  return (user + kernel) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

std::vector<pid_t> childrenOf(pid_t process) {
  std::vector<pid_t> children;
  const std::string threads = "/proc/" + std::to_string(process) + "/task";
  for (const auto& thread : std::filesystem::directory_iterator(threads)) {
    std::ifstream file(thread.path() / "children");
    for (pid_t child = 0; file >> child;) children.push_back(child);
  }
  return children;
}

}  // namespace

CpuTime CpuTime::of(pid_t process) {
  CpuTime time;
  time.process_ = process;
  return time;
}

double CpuTime::seconds() const {
  if (process_ < 0) return ofOurselves();
  if (process_ == 0) return 0;
  double sum = ofProcess(process_);
  for (const pid_t child : childrenOf(process_)) sum += ofProcess(child);
  return sum;
}

}  // namespace strongroom::bench
