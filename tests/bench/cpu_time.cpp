#include "tests/bench/cpu_time.h"

#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <string>

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

}  // namespace

CpuTime CpuTime::of(pid_t process) {
  CpuTime time;
  time.process_ = process;
  return time;
}

double CpuTime::seconds() const {
  if (process_ < 0) return ofOurselves();
  if (process_ == 0) return 0;
  std::ifstream file("/proc/" + std::to_string(process_) + "/stat");
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

}  // namespace strongroom::bench
