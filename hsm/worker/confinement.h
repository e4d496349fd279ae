#pragma once

namespace strongroom::hsm::worker {

/// Takes from this process, before a module is loaded, what a module has no business with, for good
/// and in every thread made later: capabilities, new privileges, and networks, unless `network`
/// (some modules reach their HSM by one). Sockets of the same machine (AF_UNIX) stay: pcscd and
/// openCryptoki are reached by them. Throws std::runtime_error: a worker that cannot be confined
/// does not start.
void confine(bool network);

/// Goes on as another user, with his groups. For a process that is root. Throws std::runtime_error.
void becomeUser(const char* name);

}  // namespace strongroom::hsm::worker
