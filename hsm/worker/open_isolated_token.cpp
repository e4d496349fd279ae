#include "hsm/open_isolated_token.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <system_error>

#include "hsm/worker/isolated_hsm.h"

namespace strongroom::hsm {
namespace {

using worker::Descriptor;

/// More than any PIN; readPin() refuses what is longer than one.
constexpr std::size_t kMaxPinFile = 4096;

[[noreturn]] void refusePin(int number, const std::string& why) {
  throw std::runtime_error("PIN from descriptor " + std::to_string(number) + ": " + why);
}

/// A PIN from a descriptor can be read once, and every worker needs it: what the descriptor holds
/// is moved into a file in memory by the kernel, which nobody can change afterwards, and never
/// enters the memory of this process.
Descriptor keepPin(int number) {
  const Descriptor source(number);
  Descriptor file(::memfd_create("strongroom-pin", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!file) throw std::system_error(errno, std::generic_category(), "memfd_create");
  std::size_t all = 0;
  while (true) {
    ssize_t moved = ::splice(source.number(), nullptr, file.number(), nullptr, kMaxPinFile, 0);
    if (moved < 0 && errno == EINVAL) {  // no pipe
      moved = ::sendfile(file.number(), source.number(), nullptr, kMaxPinFile);
    }
    if (moved < 0 && errno == EINTR) continue;
    if (moved < 0) refusePin(number, "a pipe or a file is needed");
    if (moved == 0) break;
    all += static_cast<std::size_t>(moved);
    if (all > kMaxPinFile) refusePin(number, "much longer than a PIN");
  }
  constexpr int kSeals = F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;
  if (::fcntl(file.number(), F_ADD_SEALS, kSeals) != 0) {
    throw std::system_error(errno, std::generic_category(), "F_ADD_SEALS");
  }
  return file;
}

/// The bound of the pool is shared out, and every worker has one session at least.
std::uint32_t lanesOfEach(const TokenOptions& token, const WorkerOptions& options) {
  return std::max(1U, (token.sessions + options.workers - 1) / options.workers);
}

std::vector<std::string> argumentsOf(const WorkerOptions& options) {
  std::vector<std::string> arguments{"--build", STRONGROOM_VERSION};
  if (options.network) arguments.emplace_back("--network");
  if (!options.user.empty()) arguments.insert(arguments.end(), {"--user", options.user});
  return arguments;
}

}  // namespace

std::unique_ptr<Hsm> openIsolatedToken(const TokenOptions& token, const PinSource& pin,
                                       const WorkerOptions& options, WorkerLog log) {
  worker::Launch launch{
      .program = options.program.empty() ? worker::findWorkerProgram() : options.program,
      .arguments = argumentsOf(options),
      .token = token,
      .pin = pin,
      .pinFile = pin.descriptor < 0 ? Descriptor() : keepPin(pin.descriptor)};
  launch.pin.descriptor = -1;
  launch.token.sessions = lanesOfEach(token, options);
  return std::make_unique<worker::IsolatedHsm>(std::move(launch), options, std::move(log));
}

std::uint64_t descriptorsOf(const TokenOptions& token, const WorkerOptions& options) {
  constexpr std::uint64_t kOfThePool = 2;    // its event, and the PIN that it keeps
  constexpr std::uint64_t kOfTheWorker = 2;  // its control connection and its process
  const std::uint64_t lanes = lanesOfEach(token, options);
  const std::uint64_t atItsStart = lanes + 1;  // its own ends, until it has them
  return kOfThePool + 2 * options.workers * (lanes + kOfTheWorker) + atItsStart;
}

}  // namespace strongroom::hsm
