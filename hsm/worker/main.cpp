// strongroom-hsm-worker: holds a PKCS#11 module, its login and its keys in a process of their own,
// for strongroomd, which starts it. Descriptor 3 is the connection to it.
//
//   strongroom-hsm-worker --build VERSION [--network] [--user NAME]
#include <fcntl.h>

#include <csignal>
#include <cstring>
#include <iostream>

#include "hsm/process_hardening.h"
#include "hsm/worker/confinement.h"
#include "hsm/worker/server.h"

namespace {

constexpr int kControl = 3;
constexpr int kUsage = 64;
constexpr int kFault = 70;

/// The service says when to end, and it first finishes what is in flight: a signal to the whole
/// group (Ctrl-C, systemd's stop) must not come before it.
void leaveSignalsToTheService() {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) std::signal(signal, SIG_IGN);
}

int run(int argc, char** argv) {
  using namespace strongroom::hsm;
  bool network = false;
  const char* user = nullptr;
  const char* build = "";
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--network") == 0) {
      network = true;
    } else if (std::strcmp(argv[i], "--user") == 0 && i + 1 < argc) {
      user = argv[++i];
    } else if (std::strcmp(argv[i], "--build") == 0 && i + 1 < argc) {
      build = argv[++i];
    } else {
      std::cerr << "strongroom-hsm-worker: strongroomd starts this program; it is of no use to a "
                   "person\n";
      return kUsage;
    }
  }
  if (std::strcmp(build, STRONGROOM_VERSION) != 0) {
    std::cerr << "strongroom-hsm-worker: this is " << STRONGROOM_VERSION << ", and the service is "
              << build << ": restart it after an upgrade\n";
    return kFault;
  }
  if (user != nullptr) worker::becomeUser(user);
  hardenProcess();
  worker::confine(network);
  ::fcntl(kControl, F_SETFD, FD_CLOEXEC);  // a module may start programs of its own
  worker::Channel control(worker::Descriptor(kControl), worker::Channel::Descriptors::kTaken);
  worker::serve(control);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  leaveSignalsToTheService();
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "strongroom-hsm-worker: " << error.what() << '\n';
    return kFault;
  }
}
