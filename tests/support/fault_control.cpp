#include "tests/support/fault_control.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>
#include <string>
#include <system_error>

namespace strongroom::testing {
namespace {

FaultChannel* mapNewFile(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  void* memory = MAP_FAILED;
  if (descriptor >= 0 && ::ftruncate(descriptor, sizeof(FaultChannel)) == 0) {
    memory =
        ::mmap(nullptr, sizeof(FaultChannel), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  }
  const int problem = errno;
  if (descriptor >= 0) ::close(descriptor);
  if (memory == MAP_FAILED) throw std::system_error(problem, std::generic_category(), file);
  return static_cast<FaultChannel*>(memory);
}

std::uint32_t functionOf(const Fault& fault) {
  if (fault.function.empty()) return FaultRule::kAnyFunction;
  const std::size_t place = placeOf(fault.function);
  if (place == kPkcs11Functions.size()) {
    throw std::invalid_argument("there is no function " + std::string(fault.function));
  }
  return static_cast<std::uint32_t>(place);
}

}  // namespace

FaultControl::FaultControl(const std::filesystem::path& folder)
    : file_(folder / "faults"), channel_(mapNewFile(file_)) {
  ::setenv(kFaultChannelVariable, file_.c_str(), 1);
}

FaultControl::~FaultControl() {
  end();
  ::unsetenv(kFaultChannelVariable);
  ::munmap(channel_, sizeof *channel_);
}

std::filesystem::path FaultControl::module() {
  return STRONGROOM_FAULT_MODULE;
}

void FaultControl::begin(const Fault& fault) {
  for (FaultRule& rule : channel_->rules) {
    if (rule.armed.load(std::memory_order_acquire) != 0) continue;
    rule.function = functionOf(fault);
    rule.action = fault.action;
    rule.value = fault.value;
    rule.microseconds = static_cast<std::uint64_t>(std::chrono::microseconds(fault.delay).count());
    rule.skip = fault.skip;
    rule.every = fault.every;
    rule.times = fault.times;
    rule.tokenObjectsOnly = fault.tokenObjectsOnly;
    rule.seen = 0;
    rule.armed.store(++armings_, std::memory_order_release);
    return;
  }
  throw std::invalid_argument("too many faults at a time");
}

void FaultControl::end() {
  for (FaultRule& rule : channel_->rules) {
    rule.armed.store(0, std::memory_order_release);
    rule.applied = 0;
  }
}

std::uint64_t FaultControl::applied() const {
  std::uint64_t sum = 0;
  for (const FaultRule& rule : channel_->rules) sum += rule.applied.load();
  return sum;
}

std::uint64_t FaultControl::calls(std::string_view function) const {
  return channel_->calls.at(placeOf(function)).load();
}

std::int64_t FaultControl::openSessions() const {
  std::int64_t sum = 0;
  for (const FaultProcess& process : channel_->processes) {
    const std::int32_t pid = process.pid.load();
    if (pid != 0 && ::kill(pid, 0) == 0) sum += process.sessions.load();
  }
  return sum;
}

}  // namespace strongroom::testing
