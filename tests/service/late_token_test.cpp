#include "service/late_token.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "tests/support/fake_hsm.h"
#include "tests/support/hsm_assertions.h"

namespace strongroom::service {
namespace {

using hsm::ErrorCode;
using std::chrono::milliseconds;
using testing::codeOf;

/// What opens a token in these tests: fails with `failure` for as long as there is one.
class Opener {
 public:
  void failWith(std::optional<ErrorCode> failure) {
    const std::lock_guard lock(mutex_);
    failure_ = failure;
  }
  unsigned attempts() const { return attempts_; }

  LateToken::Open open() {
    return [this]() -> std::unique_ptr<hsm::Hsm> {
      ++attempts_;
      const std::lock_guard lock(mutex_);
      if (failure_) throw hsm::Error(*failure_, "made to fail");
      return std::make_unique<testing::FakeHsm>();
    };
  }

 private:
  std::mutex mutex_;
  std::optional<ErrorCode> failure_;
  std::atomic<unsigned> attempts_ = 0;
};

class LateTokenTest : public ::testing::Test {
 protected:
  static hsm::Deadline soon() { return hsm::deadlineIn(std::chrono::seconds(5)); }
  static bool becomes(const std::function<bool()>& condition) {
    for (int i = 0; i < 1'000; ++i) {
      if (condition()) return true;
      std::this_thread::sleep_for(milliseconds(10));
    }
    return false;
  }
  static bool opens(LateToken& token) {
    return becomes([&] { return !codeOf([&] { token.probe(soon()); }); });
  }

  static constexpr LateTokenOptions kQuick{.interval = milliseconds(10)};
  Opener opener_;
};

TEST_F(LateTokenTest, ATokenThatIsThereWorksAtOnce) {
  LateToken token("token.second", opener_.open());
  EXPECT_NO_THROW(token.probe(soon()));
  const KeyRef ref{KeyId{}, 1};
  token.generateKey(ref, soon());
  EXPECT_EQ(token.listKeys(soon()), std::vector{ref});
  EXPECT_TRUE(token.openedAt());
  EXPECT_EQ(opener_.attempts(), 1U);
}

TEST_F(LateTokenTest, ATokenThatIsAwayFailsAtOnceUntilItComes) {
  opener_.failWith(ErrorCode::kTokenNotFound);
  LateToken token("token.second", opener_.open(), kQuick);
  EXPECT_EQ(codeOf([&] { token.probe(soon()); }), ErrorCode::kTokenNotFound);
  EXPECT_FALSE(token.openedAt());
  EXPECT_EQ(token.statistics().sessionLimit, 0U);
  opener_.failWith(std::nullopt);
  EXPECT_TRUE(opens(token));
}

TEST_F(LateTokenTest, ARefusedPinIsTriedOnceAndAgainOnlyWhenAsked) {
  opener_.failWith(ErrorCode::kPinRefused);
  LateToken token("token.second", opener_.open(), kQuick);
  opener_.failWith(std::nullopt);
  // An attempt of its own would come within 10 ms; that of another token shows that time passed.
  Opener other;
  other.failWith(ErrorCode::kTokenNotFound);
  const LateToken busy("token.third", other.open(), kQuick);
  ASSERT_TRUE(becomes([&] { return other.attempts() > 10; }));
  EXPECT_EQ(opener_.attempts(), 1U);
  EXPECT_EQ(codeOf([&] { token.probe(soon()); }), ErrorCode::kPinRefused);
  token.tryAgain();
  EXPECT_TRUE(opens(token));
  EXPECT_EQ(opener_.attempts(), 2U);
}

TEST_F(LateTokenTest, APinThatCannotBeReadIsNoReasonToEnd) {
  LateToken token("token.second", []() -> std::unique_ptr<hsm::Hsm> {
    throw std::runtime_error("the PIN file is gone");
  });
  EXPECT_EQ(codeOf([&] { token.probe(soon()); }), ErrorCode::kTokenUnavailable);
}

TEST_F(LateTokenTest, AnOpeningThatHangsIsNotWaitedFor) {
  std::atomic<bool> hanging = true;
  LateToken token("token.second",
                  [&] {
                    hanging.wait(true);
                    return std::make_unique<testing::FakeHsm>();
                  },
                  {.interval = milliseconds(10), .firstPatience = milliseconds(10)});
  EXPECT_EQ(codeOf([&] { token.probe(soon()); }), ErrorCode::kTokenUnavailable);
  hanging = false;
  hanging.notify_all();
  EXPECT_TRUE(opens(token));
}

}  // namespace
}  // namespace strongroom::service
