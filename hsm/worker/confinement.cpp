#include "hsm/worker/confinement.h"

#include <cap-ng.h>
#include <grp.h>
#include <pwd.h>
#include <seccomp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <stdexcept>
#include <string>

namespace strongroom::hsm::worker {
namespace {

void require(bool done, const char* what) {
  if (!done) throw std::runtime_error(std::string("a worker cannot be confined: ") + what);
}

template <class... Conditions>
void refuse(scmp_filter_ctx filter, int call, Conditions... conditions) {
  require(seccomp_rule_add(filter, SCMP_ACT_ERRNO(EAFNOSUPPORT), call, sizeof...(conditions),
                           conditions...) == 0,
          "libseccomp takes no rule");
}

struct FreeFilter {
  void operator()(void* filter) const { seccomp_release(filter); }
};

}  // namespace

void confine(bool network) {
  capng_clear(CAPNG_SELECT_BOTH);
  // The bounding set can be lowered only by who may set capabilities at all.
  require(capng_apply(CAPNG_SELECT_BOTH) == 0 || capng_apply(CAPNG_SELECT_CAPS) == 0,
          "it keeps its capabilities");
  const std::unique_ptr<void, FreeFilter> filter(seccomp_init(SCMP_ACT_ALLOW));
  require(filter != nullptr, "libseccomp has no memory");
  if (!network) {
    refuse(filter.get(), SCMP_SYS(socket), SCMP_A0(SCMP_CMP_NE, AF_UNIX));
    refuse(filter.get(), SCMP_SYS(io_uring_setup));  // it makes sockets too
  }
  // Sets no_new_privs too.
  require(seccomp_load(filter.get()) == 0, "the kernel takes no filter");
}

void becomeUser(const char* name) {
  errno = 0;
  const passwd* user = ::getpwnam(name);
  if (user == nullptr) {
    throw std::runtime_error(std::string("there is no user '") + name + "' for the worker");
  }
  require(::initgroups(name, user->pw_gid) == 0 && ::setgid(user->pw_gid) == 0 &&
              ::setuid(user->pw_uid) == 0,
          "it may not become another user: only a service that runs as root can");
}

}  // namespace strongroom::hsm::worker
