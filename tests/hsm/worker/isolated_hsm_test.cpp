#include <fcntl.h>
#include <unistd.h>

#include <fstream>

#include "tests/hsm/worker/isolated_fixture.h"

namespace strongroom::testing {
namespace {

using hsm::ErrorCode;
using hsm::Plaintext;

std::string contentOf(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST_F(IsolatedHsmTest, TheModuleIsInTheWorkersAlone) {
  open();
  // What made the token had it here before; it is loaded here no more than it was then.
  for (const pid_t worker : servants()) {
    EXPECT_NE(contentOf("/proc/" + std::to_string(worker) + "/maps").find("libsofthsm2"),
              std::string::npos);
    EXPECT_EQ(contentOf("/proc/" + std::to_string(worker) + "/cmdline").find("pin"),
              std::string::npos);
  }
  EXPECT_EQ(servants().size(), 2U);
  EXPECT_EQ(hsm_->statistics().workers.serving, 2U);
}

TEST_F(IsolatedHsmTest, WorkersHoldNoDescriptorOfOurs) {
  const int ours = ::open("/dev/null", O_RDONLY);  // not close-on-exec, like some sockets
  open();
  for (const pid_t worker : servants()) {
    const auto folder = "/proc/" + std::to_string(worker) + "/fd";
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      if (std::stoi(entry.path().filename()) <= 2) continue;
      EXPECT_NE(std::filesystem::read_symlink(entry.path()), "/dev/null") << entry.path();
    }
  }
  ::close(ours);
}

TEST_F(IsolatedHsmTest, HoldsNoMoreDescriptorsThanItSays) {
  const auto held = [] {
    const std::filesystem::directory_iterator all("/proc/self/fd");
    return static_cast<std::uint64_t>(std::distance(begin(all), end(all)));
  };
  for (const std::uint32_t sessions : {1U, 5U, 40U}) {
    const hsm::WorkerOptions options{.workers = std::min(sessions, 3U)};
    const hsm::TokenOptions token = token_.options(sessions);
    const std::uint64_t before = held();
    const auto isolated = hsm::openIsolatedToken(token, token_.pinSource(), options);
    const std::uint64_t now = held() - before;
    EXPECT_GE(now, sessions);
    EXPECT_LE(2 * now, hsm::descriptorsOf(token, options) + 1) << "each may have a successor";
  }
  EXPECT_EQ(hsm::descriptorsOf(token_.options(8), {.workers = 2}), 31U)
      << "configuration.md says so";
}

TEST_F(IsolatedHsmTest, WorkersAreConfined) {
  open();
  for (const pid_t worker : servants()) {
    const std::string status = contentOf("/proc/" + std::to_string(worker) + "/status");
    EXPECT_NE(status.find("NoNewPrivs:\t1"), std::string::npos);
    EXPECT_NE(status.find("CapEff:\t0000000000000000"), std::string::npos);
    EXPECT_NE(status.find("Seccomp:\t2"), std::string::npos);
  }
}

TEST_F(IsolatedHsmTest, NoWorkerOutlivesIt) {
  open();
  const std::vector<pid_t> workers = servants();
  ASSERT_EQ(workers.size(), 2U);
  hsm_.reset();
  for (const pid_t worker : workers) EXPECT_TRUE(isGone(worker));
}

TEST_F(IsolatedHsmTest, APinFromADescriptorServesEveryWorker) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const ByteView pin = token_.pin().expose();
  ASSERT_EQ(::write(ends[1], pin.data(), pin.size()), static_cast<ssize_t>(pin.size()));
  ::close(ends[1]);
  hsm::PinSource source;
  source.descriptor = ends[0];
  const auto isolated = hsm::openIsolatedToken(token_.options(), source, {.workers = 3});
  EXPECT_EQ(isolated->statistics().workers.serving, 3U);
}

TEST_F(IsolatedHsmTest, WhatKeepsAWorkerFromOpeningIsItsOwnError) {
  hsm::TokenOptions options = token_.options();
  options.token.serial = "no-such-serial";
  EXPECT_EQ(codeOf([&] { hsm::openIsolatedToken(options, token_.pinSource(), {}); }),
            ErrorCode::kTokenNotFound);
  options = token_.options();
  options.module = "/no/such/module.so";
  EXPECT_EQ(codeOf([&] { hsm::openIsolatedToken(options, token_.pinSource(), {}); }),
            ErrorCode::kUnsupported);
  hsm::PinSource missing;
  missing.file = "/no/such/pin";
  const auto error = errorOf([&] { hsm::openIsolatedToken(token_.options(), missing, {}); });
  ASSERT_TRUE(error);
  EXPECT_NE(std::string(error->what()).find("/no/such/pin"), std::string::npos) << error->what();
}

TEST_F(IsolatedHsmTest, AProgramThatIsNoWorkerIsReported) {
  EXPECT_EQ(codeOf([&] { open({.program = "/bin/false"}); }), ErrorCode::kTokenUnavailable);
  EXPECT_EQ(codeOf([&] { open({.program = "/no/such/program"}); }), ErrorCode::kTokenUnavailable);
}

TEST_F(IsolatedHsmTest, AKeyMadeByOneWorkerIsUsedAndDestroyedByTheOthers) {
  open();
  const KeyRef ref = makeKey();
  const auto key = hsm_->generateDataKey(ref, 32, Plaintext::kReturn, soon());
  {
    DataKeyLoad load(*hsm_, ref, 4);
    EXPECT_TRUE(eventually([&] { return load.done() > 200; }));
    EXPECT_EQ(load.failed(), 0U);
  }
  hsm_->destroyKey(ref, soon());
  for (int i = 0; i < 8; ++i) {
    EXPECT_EQ(codeOf([&] { hsm_->unwrapDataKey(ref, key.method, key.wrapped, soon()); }),
              ErrorCode::kKeyNotFound);
  }
  EXPECT_EQ(ended("replaced"), 0U) << "a key that is gone is no sign of a token that is gone";
}

TEST_F(IsolatedHsmTest, CallsOfMoreThreadsThanSessionsWait) {
  open();
  const KeyRef ref = makeKey();
  DataKeyLoad load(*hsm_, ref, 16);
  EXPECT_TRUE(eventually([&] { return load.done() > 500; }));
  load.stop();
  EXPECT_EQ(load.failed(), 0U);
  EXPECT_GT(hsm_->statistics().leaseWaits, 0U);
  EXPECT_LE(hsm_->statistics().sessionsOpen, 4U);
}

}  // namespace
}  // namespace strongroom::testing
