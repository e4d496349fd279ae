#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "hsm/pkcs11/object_medium.h"
#include "hsm/pkcs11/profile.h"
#include "hsm/pkcs11/token_info.h"
#include "tests/support/hsm_assertions.h"
#include "tests/support/test_token.h"

namespace {

std::atomic<int> syncs{0};
std::atomic<int> folderSyncs{0};
std::filesystem::path lastFolder;
int syncfsFailure = 0;

}  // namespace

// In the C library's place in this program, so that its calls can be counted.
extern "C" void sync() noexcept {
  ++syncs;
}

extern "C" int syncfs(int descriptor) noexcept {
  ++folderSyncs;
  lastFolder = std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(descriptor));
  errno = syncfsFailure;
  return syncfsFailure == 0 ? 0 : -1;
}

namespace strongroom::testing {
namespace {

namespace fs = std::filesystem;

hsm::Deadline soon() {
  return hsm::deadlineIn(std::chrono::seconds(30));
}

class DurabilityTest : public ::testing::Test {
 protected:
  DurabilityTest() {
    ref_.key.bytes[0] = std::byte{1};
    syncfsFailure = 0;
  }

  template <class Work>
  static int countedDuring(const std::atomic<int>& counter, Work&& work) {
    const int before = counter;
    work();
    return counter - before;
  }

  KeyRef ref_;
};

TEST_F(DurabilityTest, WhatSoftHsmWroteIsOnItsMediumBeforeTheCallReturns) {
  const int before = syncs;
  std::unique_ptr<TestToken> token;
  EXPECT_EQ(countedDuring(folderSyncs, [&] { token = std::make_unique<TestToken>(); }), 1)
      << "the binding key";
  EXPECT_EQ(lastFolder.parent_path(), token->folder().tokens());
  const auto hsm = token->open();
  EXPECT_EQ(countedDuring(folderSyncs, [&] { hsm->generateKey(ref_, soon()); }), 1);
  EXPECT_EQ(countedDuring(folderSyncs, [&] { hsm->destroyKey(ref_, soon()); }), 1);
  EXPECT_EQ(syncs, before) << "other file systems are not waited for";
}

TEST_F(DurabilityTest, EveryFileSystemIsWrittenOutWhereTheTokensFolderIsNotKnown) {
  const TestToken token;
  const fs::path home = token.folder().path() / "home";
  fs::create_directories(home / ".config/softhsm2");
  fs::copy(token.folder().configuration(), home / ".config/softhsm2/softhsm2.conf");
  const std::string homeBefore = std::getenv("HOME") == nullptr ? "" : std::getenv("HOME");
  ::setenv("HOME", home.c_str(), 1);
  ::unsetenv("SOFTHSM2_CONF");
  const auto hsm = token.open();
  ::setenv("HOME", homeBefore.c_str(), 1);
  EXPECT_EQ(countedDuring(syncs, [&] { hsm->generateKey(ref_, soon()); }), 1);
}

TEST_F(DurabilityTest, EveryFileSystemIsWrittenOutWhenTheTokensFolderIsGone) {
  const hsm::pkcs11::Profile profile{
      .name = "softhsm", .objectsNeedSync = true, .objectFolder = [](std::string_view) {
        return fs::path("/no/such/folder");
      }};
  const hsm::pkcs11::ObjectMedium medium(profile, {});
  EXPECT_EQ(countedDuring(syncs, [&] { medium.makeDurable(); }), 1);
}

TEST_F(DurabilityTest, AMediumThatFailsIsNoSuccess) {
  const TestToken token;
  const auto hsm = token.open();
  syncfsFailure = EIO;
  EXPECT_EQ(codeOf([&] { hsm->generateKey(ref_, soon()); }), hsm::ErrorCode::kFault);
}

TEST_F(DurabilityTest, TheFolderOfASoftHsmTokenIsTheOneThatItsSerialNumberNames) {
  const TestToken token;
  const std::string serial = token.description().serial;
  EXPECT_EQ(hsm::pkcs11::softHsmObjectFolder(serial).parent_path(), token.folder().tokens());
  EXPECT_EQ(hsm::pkcs11::softHsmObjectFolder("0123456789abcdef"), "") << "another token";
  EXPECT_EQ(hsm::pkcs11::softHsmObjectFolder(""), "");
  std::ofstream(token.folder().configuration()) << "directories.tokendir = /nowhere # at all\n";
  EXPECT_EQ(hsm::pkcs11::softHsmObjectFolder(serial), "");
  std::ofstream(token.folder().configuration())
      << "#directories.tokendir = /nowhere\n\tdirectories.tokendir="
      << token.folder().tokens().string() << "/ # the tokens\n";
  EXPECT_NE(hsm::pkcs11::softHsmObjectFolder(serial), "");
  fs::remove(token.folder().configuration());
  EXPECT_EQ(hsm::pkcs11::softHsmObjectFolder(serial), "");
}

TEST_F(DurabilityTest, DataKeysWaitForNoMedium) {
  const TestToken token;
  const auto hsm = token.open();
  hsm->generateKey(ref_, soon());
  const auto work = [&] {
    hsm->verifyKey(ref_, soon());
    hsm->generateDataKey(ref_, 32, hsm::Plaintext::kReturn, soon());
    hsm->probe(soon());
  };
  EXPECT_EQ(countedDuring(folderSyncs, work), 0);
  EXPECT_EQ(countedDuring(syncs, work), 0);
}

}  // namespace
}  // namespace strongroom::testing
