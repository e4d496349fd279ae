#include "hsm/worker/confinement.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <string>

namespace strongroom::hsm::worker {
namespace {

/// Confines a child process and returns what `look` says there (0 to 99).
template <class Look>
int confined(bool network, Look look) {
  const pid_t child = ::fork();
  if (child == 0) {
    try {
      confine(network);
    } catch (const std::exception&) {
      ::_exit(100);
    }
    ::_exit(look());
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/// The errno of making a socket; 0 when it was made.
int socketError(int family) {
  return ::socket(family, SOCK_STREAM, 0) >= 0 ? 0 : errno;
}

std::string statusOf(const std::string& field) {
  std::ifstream file("/proc/self/status");
  std::string line;
  while (std::getline(file, line)) {
    if (line.starts_with(field + ":"))
      return line.substr(line.find_first_not_of(" \t", field.size() + 1));
  }
  return "";
}

TEST(ConfinementTest, NoSocketReachesANetwork) {
  for (const int family : {AF_INET, AF_INET6, AF_NETLINK, AF_PACKET}) {
    EXPECT_EQ(confined(false, [family] { return socketError(family); }), EAFNOSUPPORT) << family;
  }
}

TEST(ConfinementTest, SocketsOfTheSameMachineStay) {
  EXPECT_EQ(confined(false, [] { return socketError(AF_UNIX); }), 0);
}

TEST(ConfinementTest, ANetworkIsLeftToAModuleThatNeedsOne) {
  EXPECT_EQ(confined(true, [] { return socketError(AF_INET); }), 0);
}

TEST(ConfinementTest, NoCapabilityIsLeftAndNoneCanBeGained) {
  EXPECT_EQ(confined(true, [] { return statusOf("CapEff") == "0000000000000000" ? 0 : 1; }), 0);
  EXPECT_EQ(confined(true, [] { return statusOf("CapPrm") == "0000000000000000" ? 0 : 1; }), 0);
  EXPECT_EQ(confined(true, [] { return statusOf("NoNewPrivs") == "1" ? 0 : 1; }), 0);
}

TEST(ConfinementTest, AUserWhoDoesNotExistIsNamed) {
  try {
    becomeUser("nobody-of-that-name");
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("nobody-of-that-name"), std::string::npos);
  }
}

}  // namespace
}  // namespace strongroom::hsm::worker
