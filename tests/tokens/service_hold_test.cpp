#include "tokens/service_hold.h"

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "tokens/failure.h"

namespace {

/// The addresses of a host name that is in no file of hosts: "a,b" has a and b.
int resolve(const std::string& name, const char* service, const addrinfo* hints, addrinfo** found) {
  static const auto real =
      reinterpret_cast<decltype(&::getaddrinfo)>(::dlsym(RTLD_NEXT, "getaddrinfo"));
  const std::size_t comma = name.find(',');
  const int result = real(name.substr(0, comma).c_str(), service, hints, found);
  if (result != 0 || comma == std::string::npos) return result;
  addrinfo** last = found;
  while (*last != nullptr) last = &(*last)->ai_next;
  return resolve(name.substr(comma + 1), service, hints, last);
}

}  // namespace

/// In the C library's place in this program.
extern "C" int getaddrinfo(const char* name, const char* service, const addrinfo* hints,
                           addrinfo** found) {
  return resolve(name, service, hints, found);
}

namespace strongroom::tokens {
namespace {

/// A socket that listens at a loopback address, as the service does.
class Listener {
 public:
  explicit Listener(std::uint32_t host, std::uint16_t port = 0)
      : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(host);
    address_.sin_port = htons(port);
    const int reuse = 1;
    ::setsockopt(socket_, SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof reuse);
    listens_ =
        ::bind(socket_, reinterpret_cast<const sockaddr*>(&address_), sizeof address_) == 0 &&
        ::listen(socket_, 1) == 0;
    socklen_t size = sizeof address_;
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address_), &size);
  }
  ~Listener() { ::close(socket_); }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  bool listens() const { return listens_; }
  std::uint16_t port() const { return ntohs(address_.sin_port); }

 private:
  int socket_;
  sockaddr_in address_{};
  bool listens_ = false;
};

constexpr std::uint32_t kFirst = INADDR_LOOPBACK;
constexpr std::uint32_t kSecond = INADDR_LOOPBACK + 1;
const std::string kBoth = "127.0.0.1,127.0.0.2";

std::uint16_t freePort() {
  return Listener(kSecond).port();
}

TEST(ServiceHoldTest, IsRefusedWhileAnyAddressOfTheNameIsServed) {
  for (const std::uint32_t served : {kFirst, kSecond}) {
    const Listener service(served);
    ASSERT_TRUE(service.listens());
    EXPECT_THROW(ServiceHold(kBoth, service.port()), Failure);
  }
}

TEST(ServiceHoldTest, TakesEveryAddressOfTheNameAndGivesThemBack) {
  const std::uint16_t port = freePort();
  {
    const ServiceHold hold(kBoth, port);
    EXPECT_FALSE(Listener(kFirst, port).listens());
    EXPECT_FALSE(Listener(kSecond, port).listens());
  }
  EXPECT_TRUE(Listener(kFirst, port).listens());
  EXPECT_TRUE(Listener(kSecond, port).listens());
}

TEST(ServiceHoldTest, TakesAnAddressThatIsNamedTwiceOnce) {
  EXPECT_NO_THROW(ServiceHold("127.0.0.1,127.0.0.1", freePort()));
}

TEST(ServiceHoldTest, PassesOverAddressesOfOtherMachinesButNotWhenThereIsNoOther) {
  const std::string elsewhere = "192.0.2.1";  // RFC 5737: nobody's
  const std::uint16_t port = freePort();
  EXPECT_THROW(ServiceHold(elsewhere, port), Failure);
  const ServiceHold hold(elsewhere + ",127.0.0.1", port);
  EXPECT_FALSE(Listener(kFirst, port).listens());
}

}  // namespace
}  // namespace strongroom::tokens
