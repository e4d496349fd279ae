#include <gtest/gtest.h>

#include <atomic>

#include "tests/support/hsm_assertions.h"
#include "tests/support/test_token.h"

namespace {

std::atomic<int> syncs{0};

}  // namespace

/// In the C library's place in this program, so that its calls can be counted.
extern "C" void sync() noexcept {
  ++syncs;
}

namespace strongroom::testing {
namespace {

hsm::Deadline soon() {
  return hsm::deadlineIn(std::chrono::seconds(30));
}

class DurabilityTest : public ::testing::Test {
 protected:
  DurabilityTest() { ref_.key.bytes[0] = std::byte{1}; }

  template <class Work>
  static int syncsDuring(Work&& work) {
    const int before = syncs;
    work();
    return syncs - before;
  }

  KeyRef ref_;
};

TEST_F(DurabilityTest, WhatSoftHsmWroteIsOnItsMediumBeforeTheCallReturns) {
  std::unique_ptr<TestToken> token;
  EXPECT_EQ(syncsDuring([&] { token = std::make_unique<TestToken>(); }), 1) << "the binding key";
  const auto hsm = token->open();
  EXPECT_EQ(syncsDuring([&] { hsm->generateKey(ref_, soon()); }), 1);
  EXPECT_EQ(syncsDuring([&] { hsm->destroyKey(ref_, soon()); }), 1);
}

TEST_F(DurabilityTest, DataKeysWaitForNoMedium) {
  const TestToken token;
  const auto hsm = token.open();
  hsm->generateKey(ref_, soon());
  EXPECT_EQ(syncsDuring([&] {
              hsm->verifyKey(ref_, soon());
              hsm->generateDataKey(ref_, 32, hsm::Plaintext::kReturn, soon());
              hsm->probe(soon());
            }),
            0);
}

}  // namespace
}  // namespace strongroom::testing
