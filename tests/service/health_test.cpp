#include "service/health.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <thread>

#include "service/keys/sqlite_store.h"
#include "service/keys/token_fingerprint.h"
#include "tests/support/fake_hsm.h"
#include "tests/support/manual_clock.h"
#include "tests/support/one_token.h"
#include "tests/support/switch.h"

namespace strongroom::service {
namespace {

using std::chrono::milliseconds;

class HealthTest : public ::testing::Test {
 protected:
  HealthTest()
      : folder_(std::filesystem::temp_directory_path() /
                ("strongroom-health-" + std::to_string(getpid()))) {
    std::filesystem::create_directories(folder_);
    store_ = keys::openSqliteStore(folder_ / "store.db");
  }
  ~HealthTest() override {
    store_.reset();
    std::filesystem::remove_all(folder_);
  }

  /// Waits until report().ready is `ready`; false after ten seconds.
  static bool becomes(const Health& health, bool ready) {
    for (int i = 0; i < 1'000; ++i) {
      if (health.report().ready == ready) return true;
      std::this_thread::sleep_for(milliseconds(10));
    }
    return false;
  }

  /// Waits until the report's text is `text`; fails with the last one after ten seconds.
  static void expectText(const Health& health, const std::string& text) {
    std::string last;
    for (int i = 0; i < 1'000 && last != text; ++i) {
      if (i > 0) std::this_thread::sleep_for(milliseconds(10));
      last = health.report().text;
    }
    EXPECT_EQ(last, text);
  }

  std::filesystem::path folder_;
  std::unique_ptr<keys::MetadataStore> store_;
  testing::FakeHsm hsm_;
  testing::OneToken tokens_{hsm_};
  testing::ManualClock clock_;
};

TEST_F(HealthTest, IsReadyAsSoonAsItStands) {
  const Health health(tokens_, *store_, clock_);
  EXPECT_TRUE(health.report().ready);
  EXPECT_EQ(health.report().text, "ready\n");
}

TEST_F(HealthTest, NamesAFailingTokenInFixedWordsAndRecovers) {
  hsm_.failNext(hsm::Error(hsm::ErrorCode::kTokenUnavailable, "secret details"));
  const Health health(tokens_, *store_, clock_, {.interval = milliseconds(200)});
  const Health::Report report = health.report();
  EXPECT_FALSE(report.ready);
  EXPECT_EQ(report.text, "token: token-unavailable since 0 s\n");
  EXPECT_TRUE(becomes(health, true));
}

TEST_F(HealthTest, NoticesATokenThatWasInitialisedAnew) {
  const Health health(tokens_, *store_, clock_, {.interval = milliseconds(10)});
  hsm_.reinitialise();
  EXPECT_TRUE(becomes(health, false));
}

TEST_F(HealthTest, DoesNotTrustAResultThatIsTooOld) {
  const Health health(tokens_, *store_, clock_,
                      {.interval = milliseconds(60'000), .staleAfter = milliseconds(50)});
  expectText(health, "token: no-answer since 0 s\nstore: no-answer since 0 s\n");
}

class HealthOfSeveralTest : public HealthTest {
 protected:
  HealthOfSeveralTest() {
    keys::requireSameToken(*store_, hsm_, hsm::deadlineIn(milliseconds(5'000)));
    several_.first().setNumber(keys::kFirstToken);
  }

  testing::FakeHsm second_;
  testing::Switch switched_{second_};
  keys::Tokens several_{{{"token", hsm_}, {"token.second", switched_}},
                        [](const KeyRef&) { return keys::kFirstToken; }};
};

TEST_F(HealthOfSeveralTest, OneLostTokenIsNamedAndTheServiceStaysReady) {
  const Health health(several_, *store_, clock_, {.interval = milliseconds(10)});
  EXPECT_EQ(health.report().text, "ready\n");
  switched_.turnOff();
  expectText(health, "ready in part\ntoken.second: token-unavailable since 0 s\n");
  EXPECT_TRUE(health.report().ready);
  EXPECT_TRUE(health.report().tokens.at(0).answers);
  EXPECT_FALSE(health.report().tokens.at(1).answers);
  switched_.turnOn();
  expectText(health, "ready\n");
}

TEST_F(HealthOfSeveralTest, IsNotReadyWhenNoTokenAnswers) {
  switched_.turnOff();
  hsm_.failNext(hsm::Error(hsm::ErrorCode::kBusy, "busy"));
  const Health health(several_, *store_, clock_, {.interval = milliseconds(60'000)});
  EXPECT_FALSE(health.report().ready);
  EXPECT_EQ(health.report().text,
            "token: busy since 0 s\ntoken.second: token-unavailable since 0 s\n");
}

TEST_F(HealthOfSeveralTest, TakesInATokenThatComesLater) {
  switched_.turnOff();
  const Health health(several_, *store_, clock_, {.interval = milliseconds(10)});
  EXPECT_FALSE(several_.all().back().number());
  switched_.turnOn();
  expectText(health, "ready\n");
  EXPECT_TRUE(several_.all().back().number());
}

TEST_F(HealthOfSeveralTest, ATokenThatHangsHidesNeitherTheOthersNorTheStore) {
  switched_.hang();
  const Health health(several_, *store_, clock_,
                      {.interval = milliseconds(10), .probePatience = milliseconds(50)});
  EXPECT_EQ(health.report().text, "ready in part\ntoken.second: no-answer since 0 s\n");
  switched_.turnOn();
  expectText(health, "ready\n");
}

}  // namespace
}  // namespace strongroom::service
