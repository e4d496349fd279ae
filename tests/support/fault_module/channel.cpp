#include "tests/support/fault_module/channel.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <stdexcept>

namespace strongroom::testing {

FaultChannel* openFaultChannel(const char* file) {
  const int descriptor = ::open(file, O_RDWR | O_CLOEXEC);
  if (descriptor < 0) return nullptr;
  void* memory =
      ::mmap(nullptr, sizeof(FaultChannel), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  ::close(descriptor);
  return memory == MAP_FAILED ? nullptr : static_cast<FaultChannel*>(memory);
}

FaultProcess& claimProcess(FaultChannel& channel) {
  const std::int32_t own = ::getpid();
  for (FaultProcess& process : channel.processes) {
    std::int32_t expected = 0;
    if (process.pid.compare_exchange_strong(expected, own) || expected == own) {
      process.sessions = 0;
      return process;
    }
  }
  throw std::runtime_error("the fault channel has room for no further process");
}

}  // namespace strongroom::testing
