#include "tests/tokens/tool_fixture.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>

namespace strongroom::tokens {
namespace {

std::uint16_t freePort() {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ::bind(socket, reinterpret_cast<const sockaddr*>(&address), size);
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
  ::close(socket);
  return ntohs(address.sin_port);
}

}  // namespace

ToolFixture::ToolFixture() : port_(freePort()) {
  writePrivately(file("pin"), kPin + '\n');
  writePrivately(file("so-pin"), kSoPin + '\n');
}

Outcome ToolFixture::initialise(const std::string& label) {
  return runTool({"token", "init", "--module", kModule, "--label", label, "--so-pin-file",
                  file("so-pin"), "--pin-file", file("pin")});
}

std::string ToolFixture::configure() {
  const std::filesystem::path path = file("strongroomd.toml");
  writePrivately(path, "[server]\nport = " + std::to_string(port_) +
                           "\ncertificate = \"c.pem\"\nprivate_key = \"k.pem\"\n"
                           "[aws]\nregion = \"us-east-1\"\naccount = \"000000000000\"\n"
                           "[token]\nmodule = \"" +
                           kModule +
                           "\"\nlabel = \"strongroom\"\npin_file = \"pin\"\n"
                           "[store]\npath = \"strongroom.db\"\n");
  return path;
}

Outcome ToolFixture::add(const std::string& name, const std::string& role,
                         std::vector<std::string> more) {
  std::vector<std::string> arguments{"identity", "add",      name,       "--role",
                                     role,       "--config", configure()};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return runTool(arguments);
}

std::unique_ptr<hsm::Hsm> ToolFixture::open() const {
  return hsm::openToken({kModule, {.label = "strongroom", .serial = "", .uri = ""}, 1},
                        SecretBytes(asBytes(kPin)));
}

void ToolFixture::makeKeyByAnotherTool(const std::string& options) const {
  const std::string command = "pkcs11-tool --module " + kModule +
                              " --token-label strongroom --login --pin " + kPin + " --keygen " +
                              options + " >/dev/null 2>&1";
  ASSERT_EQ(std::system(command.c_str()), 0) << command;
}

void ToolFixture::expectRefused(const Outcome& outcome, ExitCode exitCode,
                                const std::string& text) {
  EXPECT_EQ(outcome.exitCode, static_cast<int>(exitCode)) << outcome.output << outcome.errors;
  EXPECT_THAT(outcome.errors, ::testing::HasSubstr(text));
  EXPECT_THAT(outcome.output, ::testing::IsEmpty());
}

}  // namespace strongroom::tokens
