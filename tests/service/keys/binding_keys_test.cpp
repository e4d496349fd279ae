#include "service/keys/binding_keys.h"

#include <gtest/gtest.h>

#include <thread>

#include "tests/service/keys/store_fixture.h"
#include "tests/support/fake_hsm.h"
#include "tests/support/one_token.h"

namespace strongroom::keys {
namespace {

using namespace std::chrono_literals;

class BindingKeysTest : public ::testing::Test {
 protected:
  std::shared_ptr<const SecretBytes> subkey(unsigned key, std::uint32_t version) {
    return bindings_.subkey({keyId(key), version}, hsm::deadlineIn(5s));
  }

  testing::FakeHsm hsm_;
  testing::OneToken tokens_{hsm_};
  BindingKeys bindings_{tokens_};
};

TEST_F(BindingKeysTest, ASubkeyIsDerivedOnce) {
  const auto first = subkey(1, 1);
  EXPECT_EQ(first->size(), 32U);
  EXPECT_EQ(subkey(1, 1), first);
  EXPECT_EQ(hsm_.calls("C_Sign"), 1U);
}

TEST_F(BindingKeysTest, EachVersionOfEachKeyHasItsOwn) {
  EXPECT_FALSE(*subkey(1, 1) == *subkey(1, 2));
  EXPECT_FALSE(*subkey(1, 1) == *subkey(2, 1));
}

TEST_F(BindingKeysTest, AnotherProcessDerivesTheSame) {
  BindingKeys other(tokens_);
  EXPECT_TRUE(*subkey(1, 1) == *other.subkey({keyId(1), 1}, hsm::deadlineIn(5s)));
}

TEST_F(BindingKeysTest, ForgettingAKeyDropsAllItsVersionsAndNoOther) {
  const auto held = subkey(1, 1);
  subkey(1, 2);
  subkey(2, 1);
  bindings_.forget(keyId(1));
  EXPECT_EQ(held->size(), 32U) << "who holds one keeps it";
  subkey(2, 1);
  EXPECT_EQ(hsm_.calls("C_Sign"), 3U);
  subkey(1, 1);
  subkey(1, 2);
  EXPECT_EQ(hsm_.calls("C_Sign"), 5U);
}

TEST_F(BindingKeysTest, AFailedDerivationIsNotRemembered) {
  hsm_.failNext(hsm::Error(hsm::ErrorCode::kBusy, "busy"));
  EXPECT_THROW(subkey(1, 1), hsm::Error);
  EXPECT_NO_THROW(subkey(1, 1));
}

TEST_F(BindingKeysTest, ThreadsGetOneAndTheSameWhileOthersForget) {
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      for (std::uint32_t round = 1; round <= 200; ++round) {
        EXPECT_EQ(subkey(1, 1 + round % 8)->size(), 32U);
        if (thread == 0) bindings_.forget(keyId(1));
      }
    });
  }
}

}  // namespace
}  // namespace strongroom::keys
